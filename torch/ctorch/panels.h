// Products of a few rows on processors with AVX2 that are not Intel's and have
// no AVX512, where MKL is not at home and oneDNN's are at half of what the
// processor can.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

namespace seetell {

// panels_suit reports whether a product with weight, (out, in), is done so on
// this processor.
bool panels_suit(const at::Tensor& weight);

// are_panels reports whether a weight is one that panels_of laid out.
bool are_panels(const at::Tensor& weight);

// panels_of returns weight in panels of 16 of its rows, (panels, in, 16, 1 +
// n), where the last panel lacks n rows: a dimension without a stride.
at::Tensor panels_of(const at::Tensor& weight);

// outputs_of is how many rows the weight had.
int64_t outputs_of(const at::Tensor& panels);

// panels_product is linear of x, (…, in), with a weight that panels_of laid
// out.
at::Tensor panels_product(const at::Tensor& x, const at::Tensor& panels,
                          const std::optional<at::Tensor>& bias);

}  // namespace seetell
