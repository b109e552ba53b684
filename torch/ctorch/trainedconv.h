// Convolutions that learn: see trainedconv.cpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "ctorch.h"

namespace seetell {

// trained_conv is conv2d by a faster way than libtorch's, where there is one
// for a convolution whose weight learns.
std::optional<at::Tensor> trained_conv(const at::Tensor& x,
                                       const at::Tensor& weight,
                                       const std::optional<at::Tensor>& bias,
                                       const tg_conv2d_options& o);

}  // namespace seetell
