// Pictures on their way into a network.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include "internal.h"
#include "picturekernels.h"

using namespace seetell;

char* tg_normalise(tg_tensor** out, const tg_tensor* pixels,
                   const tg_tensor* statistics) {
  return guard_no_grad([&] {
    const at::Tensor &x = value(pixels), &of = value(statistics);
    TORCH_CHECK(x.dim() == 4 && x.size(3) == 3 && x.device().is_cpu() &&
                    x.scalar_type() == at::kByte,
                "pixels (N, H, W, 3) of uint8 on the CPU wanted, not ",
                x.scalar_type(), x.sizes(), " on ", x.device());
    TORCH_CHECK(of.sizes() == at::IntArrayRef({2, 3}) && of.device().is_cpu() &&
                    of.scalar_type() == at::kFloat,
                "statistics (2, 3) of float32 on the CPU wanted, not ",
                of.scalar_type(), of.sizes(), " on ", of.device());
    at::Tensor dense = x.contiguous(), plain = of.contiguous();
    at::Tensor y = at::empty(x.sizes(), at::kFloat);
    const uint8_t* from = dense.const_data_ptr<uint8_t>();
    const float* mean = plain.const_data_ptr<float>();
    float* to = y.mutable_data_ptr<float>();
    const int64_t rows = x.size(0) * x.size(1), width = x.size(2);
    at::parallel_for(0, rows, 64, [&](int64_t first, int64_t end) {
      const int64_t at = 3 * width * first;
      normalise(width * (end - first), from + at, mean, mean + 3, to + at);
    });
    *out = wrap(y.permute({0, 3, 1, 2}));
  });
}
