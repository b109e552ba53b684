// Convolutions with windows of 3 × 3 by fewer multiplications.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <optional>

#include "ctorch.h"
#include "tasks.h"

namespace seetell {

// winograd_suits reports whether a convolution is done so: float32, windows of
// 3 × 3, a stride and a padding of 1, many channels.
bool winograd_suits(const at::Tensor& weight, const tg_conv2d_options& o);

// winograd_pack returns weight, (O, C, 3, 3), as winograd takes it for maps of
// about that size: (16, C, O), or (36, C, O) for large ones.
at::Tensor winograd_pack(const at::Tensor& weight, int64_t height,
                         int64_t width);

// winograd_pack_turned is winograd_pack of the weight of the convolution which
// gives the input's gradient, (O, C, 3, 3) as weight is.
at::Tensor winograd_pack_turned(const at::Tensor& weight, int64_t height,
                                int64_t width);

// winograd_sizes returns the shape of a convolution of x by a weight of such a
// type, with so many channels in and out, and refuses operands of another.
std::array<int64_t, 4> winograd_sizes(at::ScalarType type, int64_t in,
                                      int64_t out, const at::Tensor& x,
                                      const std::optional<at::Tensor>& bias,
                                      const at::Tensor* other);

// winograd returns the convolution of x, (N, C, H, W), plus bias and other, and
// ReLU of that where asked for. It checks its arguments.
at::Tensor winograd(const at::Tensor& x, const at::Tensor& weight,
                    const std::optional<at::Tensor>& bias,
                    const at::Tensor* other, bool relu);

// winograd_gradient returns the gradient, (O, C, 3, 3), of a weight whose
// convolution reads each part's x, (N, C, H, W), where that of what it puts out
// is g, (N, O, H, W). Both are what winograd_suits tells.
at::Tensor winograd_gradient(const Parts& parts);

}  // namespace seetell
