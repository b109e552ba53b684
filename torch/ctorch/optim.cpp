// What an optimiser does to all parameters at once.
#include <ATen/ATen.h>

#include "internal.h"

using namespace seetell;

namespace {

// libtorch's update works on memory, whatever the shapes say, and makes a copy
// of gradients that are not contiguous, which it never reads. So gradients are
// laid out as their parameters are, and tensors whose channels come last are
// given the shape that their memory has.

// check refuses a state whose memory is not as the parameter's is.
void check(const at::Tensor& p, const at::Tensor& moment) {
  TORCH_CHECK(moment.sizes() == p.sizes() && moment.strides() == p.strides() &&
                  moment.options().type_equal(p.options()),
              "a moment of shape ", moment.sizes(), " for a parameter of ",
              p.sizes(), ": both have one shape, type, device and layout");
}

void check(const std::vector<at::Tensor>& params,
           const std::vector<at::Tensor>& grads,
           const std::vector<at::Tensor>& m, const std::vector<at::Tensor>& v,
           const std::vector<at::Tensor>& steps) {
  for (const auto* each : {&grads, &m, &v, &steps})
    TORCH_CHECK(each->size() == params.size(), each->size(), " tensors beside ",
                params.size(), " parameters");
  for (size_t i = 0; i < params.size(); i++) {
    const at::Tensor& p = params[i];
    TORCH_CHECK(p.is_non_overlapping_and_dense(), "parameter ", i,
                " is a part of another tensor's memory");
    check(p, m[i]);
    check(p, v[i]);
    TORCH_CHECK(grads[i].sizes() == p.sizes() &&
                    grads[i].options().type_equal(p.options()),
                "a gradient of shape ", grads[i].sizes(),
                " for a parameter of ", p.sizes());
    TORCH_CHECK(steps[i].numel() == 1 && steps[i].scalar_type() == at::kFloat,
                "a number of steps is one float32");
  }
}

void lay_out(std::vector<at::Tensor>& grads,
             const std::vector<at::Tensor>& params) {
  for (size_t i = 0; i < grads.size(); i++)
    if (grads[i].strides() != params[i].strides())
      grads[i] = at::empty_like(params[i]).copy_(grads[i]);
}

std::vector<at::Tensor> as_memory(std::vector<at::Tensor> tensors) {
  for (auto& x : tensors)
    if (x.is_contiguous(at::MemoryFormat::ChannelsLast) && !x.is_contiguous())
      x = x.permute({0, 2, 3, 1});
  return tensors;
}

}  // namespace

char* tg_fused_adam(tg_adam_state state, tg_adam_options o) {
  return guard_no_grad([&] {
    auto params = list(state.params), grads = list(state.grads);
    auto m = list(state.m), v = list(state.v), steps = list(state.steps);
    check(params, grads, m, v, steps);
    lay_out(grads, params);
    const auto skip = optional(o.skip);
    auto update = [&](const auto& rate) {
      auto p = as_memory(params), g = as_memory(grads), first = as_memory(m),
           second = as_memory(v);
      if (o.decoupled) {
        at::_fused_adamw_(p, g, first, second, {}, steps, rate, o.beta1,
                          o.beta2, o.weight_decay, o.eps, /*amsgrad=*/false,
                          /*maximize=*/false, {}, skip);
      } else {
        at::_fused_adam_(p, g, first, second, {}, steps, rate, o.beta1, o.beta2,
                         o.weight_decay, o.eps, /*amsgrad=*/false,
                         /*maximize=*/false, {}, skip);
      }
    };
    at::_foreach_add_(steps, 1);
    if (o.rate) {
      update(value(o.rate));
    } else {
      update(o.lr);
    }
    if (skip) at::_foreach_sub_(steps, std::vector(steps.size(), *skip));
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
