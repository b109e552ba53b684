// Products with a weight that many rows are multiplied by.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace seetell {

// pack returns weight, (out, in), as oneDNN wants it laid out for about so
// many rows at a time, or weight itself where that does not pay.
at::Tensor pack(const at::Tensor& weight, int64_t rows);

// product is linear, with a weight that pack may have laid out. Nothing is
// recorded for gradients of such a weight.
at::Tensor product(const at::Tensor& x, const at::Tensor& weight,
                   const std::optional<at::Tensor>& bias = {});

}  // namespace seetell
