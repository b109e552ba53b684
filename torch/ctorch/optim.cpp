// What an optimiser does to all parameters at once.
#include <ATen/ATen.h>

#include "internal.h"

using namespace seetell;

namespace {

// as_laid_out gives tensors whose channels come last the shape that their
// memory has. libtorch's update works on memory, whatever the shape says, but
// first makes a copy of gradients that are not contiguous, which it never
// reads.
std::vector<at::Tensor> as_laid_out(std::vector<at::Tensor> tensors) {
  for (auto& x : tensors)
    if (x.is_contiguous(at::MemoryFormat::ChannelsLast) && !x.is_contiguous())
      x = x.permute({0, 2, 3, 1});
  return tensors;
}

}  // namespace

char* tg_fused_adam(tg_adam_state state, tg_adam_options o) {
  return guard_no_grad([&] {
    auto params = as_laid_out(list(state.params));
    auto grads = as_laid_out(list(state.grads));
    auto m = as_laid_out(list(state.m)), v = as_laid_out(list(state.v));
    auto steps = list(state.steps);
    at::_foreach_add_(steps, 1);
    using Update =
        void (*)(at::TensorList, at::TensorList, at::TensorList, at::TensorList,
                 at::TensorList, at::TensorList, double, double, double, double,
                 double, bool, bool, const std::optional<at::Tensor>&,
                 const std::optional<at::Tensor>&);
    Update update = o.decoupled ? static_cast<Update>(at::_fused_adamw_)
                                : static_cast<Update>(at::_fused_adam_);
    update(params, grads, m, v, {}, steps, o.lr, o.beta1, o.beta2,
           o.weight_decay, o.eps, /*amsgrad=*/false, /*maximize=*/false, {},
           {});
  });
}

char* tg_foreach_norm(tg_tensor** out, tg_list tensors) {
  return guard_no_grad([&] {
    auto norms = at::_foreach_norm(list(tensors), 2);
    *out = wrap(at::linalg_vector_norm(at::stack(norms)));
  });
}

char* tg_foreach_scale(tg_list tensors, const tg_tensor* factor) {
  return guard_no_grad(
      [&] { at::_foreach_mul_(list(tensors), value(factor)); });
}
