// Products with a weight that many rows are multiplied by.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <optional>

namespace seetell {

// pack returns weight, (out, in), as oneDNN wants it laid out for about so
// many rows at a time, in panels, or weight itself where neither pays.
at::Tensor pack(const at::Tensor& weight, int64_t rows);

// weight_sizes are out and in of a weight that pack may have laid out.
std::array<int64_t, 2> weight_sizes(const at::Tensor& weight);

// product is linear, with a weight that pack may have laid out. Nothing is
// recorded for gradients of such a weight.
at::Tensor product(const at::Tensor& x, const at::Tensor& weight,
                   const std::optional<at::Tensor>& bias = {});

}  // namespace seetell
