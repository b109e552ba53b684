// Gradients and mixed precision.
#include <ATen/autocast_mode.h>

#include "internal.h"

using namespace seetell;

char* tg_set_requires_grad(tg_tensor* x, bool on) {
  return guard([&] { value(x).set_requires_grad(on); });
}

char* tg_grad(tg_tensor** out, const tg_tensor* x) {
  return guard([&] {
    const at::Tensor& grad = value(x).grad();
    *out = grad.defined() ? wrap(grad) : nullptr;
  });
}

char* tg_set_grad(tg_tensor* x, const tg_tensor* grad) {
  return guard([&] {
    if (grad) {
      TORCH_CHECK(value(grad).sizes() == value(x).sizes() &&
                      value(grad).options().type_equal(value(x).options()),
                  "a gradient has the shape, type and device of its tensor");
    }
    value(x).mutable_grad() = grad ? value(grad) : at::Tensor();
  });
}

char* tg_backward(const tg_tensor* x) {
  return guard([&] { value(x).backward(); });
}

// enter_autocast and leave_autocast follow torch.autocast's __enter__ and
// __exit__.
char* tg_enter_autocast(tg_autocast* previous, int32_t device, bool enabled,
                        int32_t dtype) {
  return guard([&] {
    at::DeviceType type = seetell::device(device).type();
    previous->enabled = at::autocast::is_autocast_enabled(type);
    previous->dtype = dtype_number(at::autocast::get_autocast_dtype(type));
    at::autocast::set_autocast_enabled(type, enabled);
    if (enabled) at::autocast::set_autocast_dtype(type, scalar_type(dtype));
    at::autocast::increment_nesting();
  });
}

char* tg_leave_autocast(tg_autocast previous, int32_t device) {
  return guard([&] {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::DeviceType type = seetell::device(device).type();
    at::autocast::set_autocast_enabled(type, previous.enabled);
    if (previous.dtype != TG_OTHER) {
      at::autocast::set_autocast_dtype(type, scalar_type(previous.dtype));
    }
  });
}
