// Writes in place. Autograd records those alone whose names say in_place.
#include "internal.h"

using namespace seetell;

char* tg_copy_from(tg_tensor* x, const tg_tensor* source) {
  return guard_no_grad([&] { value(x).copy_(value(source)); });
}

char* tg_fill(tg_tensor* x, double number) {
  return guard_no_grad([&] { value(x).fill_(number); });
}

char* tg_scale(tg_tensor* x, double factor) {
  return guard_no_grad([&] { value(x).mul_(scalar(value(x), factor)); });
}

char* tg_lerp(tg_tensor* x, const tg_tensor* other, double weight) {
  return guard_no_grad([&] { value(x).lerp_(value(other), weight); });
}

char* tg_uniform(tg_tensor* x, double low, double high) {
  return guard_no_grad([&] { value(x).uniform_(low, high); });
}

char* tg_normal(tg_tensor* x, double mean, double deviation) {
  return guard_no_grad([&] { value(x).normal_(mean, deviation); });
}

char* tg_add_in_place(tg_tensor* x, const tg_tensor* other) {
  return guard([&] { value(x).add_(value(other)); });
}

char* tg_relu_in_place(tg_tensor* x) {
  return guard([&] { value(x).relu_(); });
}
