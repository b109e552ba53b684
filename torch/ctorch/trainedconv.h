// Convolutions that learn: see trainedconv.cpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "ctorch.h"

namespace seetell {

// trains_small reports whether trained_conv is for a convolution: one whose
// weight learns, under autocast to bfloat16 on the CPU, of a ResNet's end.
bool trains_small(const at::Tensor& x, const at::Tensor& weight,
                  const std::optional<at::Tensor>& bias,
                  const tg_conv2d_options& o);

// trained_conv is conv2d for what trains_small tells.
at::Tensor trained_conv(const at::Tensor& x, const at::Tensor& weight,
                        const tg_conv2d_options& o);

}  // namespace seetell
