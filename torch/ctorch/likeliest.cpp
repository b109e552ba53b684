// The words that a search can choose from.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>

#include "attentionkernels.h"
#include "internal.h"

using namespace seetell;

char* tg_likeliest(tg_tensor** out, const tg_tensor* scores, int64_t k) {
  return guard_no_grad([&] {
    const at::Tensor& x = value(scores);
    TORCH_CHECK(
        x.dim() == 2 && x.device().is_cpu() &&
            (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16),
        "scores (R, V) of float32 or bfloat16 on the CPU wanted, not ",
        x.scalar_type(), x.sizes(), " on ", x.device());
    const int64_t rows = x.size(0), n = x.size(1);
    TORCH_CHECK(k > 0 && k <= n, "the ", k, " likeliest of ", n, " words");
    at::Tensor plain = x.to(at::kFloat).contiguous();
    at::Tensor logp = at::empty({rows, k}, at::kFloat);
    at::Tensor words = at::empty({rows, k}, at::kLong);
    const float* from = plain.const_data_ptr<float>();
    float* probable = logp.mutable_data_ptr<float>();
    int64_t* which = words.mutable_data_ptr<int64_t>();
    at::parallel_for(0, rows, 8, [&](int64_t first, int64_t end) {
      for (int64_t i = first; i < end; i++)
        likeliest_row(n, from + i * n, k, probable + i * k, which + i * k);
    });
    wrap_all(out, std::vector<at::Tensor>{logp, words});
  });
}
