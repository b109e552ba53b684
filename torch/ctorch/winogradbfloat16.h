// Convolutions with windows of 3 × 3 in bfloat16 by fewer multiplications.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "ctorch.h"
#include "tasks.h"

namespace seetell {

// winograd_bfloat16_suits reports whether a convolution of these channels is
// done so: windows of 3 × 3, a stride and a padding of 1, on a processor that
// multiplies bfloat16 in vectors and not in tiles.
bool winograd_bfloat16_suits(const at::Tensor& weight,
                             const tg_conv2d_options& o);

// winograd_bfloat16_pack returns weight, (O, C, 3, 3) in float32 or bfloat16,
// as winograd_bfloat16 takes it, (16, O / 64, C / 2, 64, 2); turned, as that of
// the convolution which gives the input's gradient, (16, C / 64, O / 2, 64, 2).
at::Tensor winograd_bfloat16_pack(const at::Tensor& weight, bool turned);

// winograd_bfloat16 returns the convolution of x, (N, C, H, W), plus bias and
// other, and ReLU of that where asked for; onto other where told. All are of
// bfloat16. It checks its arguments.
at::Tensor winograd_bfloat16(const at::Tensor& x, const at::Tensor& weight,
                             const std::optional<at::Tensor>& bias,
                             const at::Tensor* other, bool relu, bool onto);

// winograd_bfloat16_gradient returns the gradient, (O, C, 3, 3) in float32, of
// a weight whose convolution reads each part's x, (N, C, H, W), where that of
// what it puts out is g, (N, O, H, W). Both are what winograd_bfloat16_suits
// tells.
at::Tensor winograd_bfloat16_gradient(const Parts& parts);

}  // namespace seetell
