// Arithmetic, comparisons, products and reductions.
#include <ATen/ATen.h>

#include "internal.h"

using namespace seetell;

#define UNARY(name, function)                               \
  char* tg_##name(tg_tensor** out, const tg_tensor* x) {    \
    return guard([&] { *out = wrap(function(value(x))); }); \
  }

UNARY(neg, at::neg)
UNARY(exp, at::exp)
UNARY(log, at::log)
UNARY(sqrt, at::sqrt)
UNARY(tanh, at::tanh)
UNARY(sigmoid, at::sigmoid)
UNARY(abs, at::abs)
UNARY(isfinite, at::isfinite)
UNARY(all, at::all)
UNARY(any, at::any)

#define BINARY(name, function)                                               \
  char* tg_##name(tg_tensor** out, const tg_tensor* x, const tg_tensor* y) { \
    return guard([&] { *out = wrap(function(value(x), value(y))); });        \
  }

BINARY(add, at::add)
BINARY(sub, at::sub)
BINARY(mul, at::mul)
BINARY(div, at::div)
BINARY(lt, at::lt)
BINARY(matmul, at::matmul)
BINARY(bmm, at::bmm)

#define WITH_NUMBER(name, function)                                          \
  char* tg_##name(tg_tensor** out, const tg_tensor* x, double number) {      \
    return guard(                                                            \
        [&] { *out = wrap(function(value(x), scalar(value(x), number))); }); \
  }

WITH_NUMBER(add_scalar, at::add)
WITH_NUMBER(mul_scalar, at::mul)
WITH_NUMBER(pow, at::pow)

char* tg_clamp(tg_tensor** out, const tg_tensor* x, double low, double high) {
  return guard([&] {
    const at::Tensor& t = value(x);
    *out = wrap(at::clamp(t, scalar(t, low), scalar(t, high)));
  });
}

char* tg_sum(tg_tensor** out, const tg_tensor* x, tg_sizes dims, bool keep) {
  return guard([&] { *out = wrap(at::sum(value(x), list(dims), keep)); });
}

char* tg_mean(tg_tensor** out, const tg_tensor* x, tg_sizes dims, bool keep) {
  return guard([&] { *out = wrap(at::mean(value(x), list(dims), keep)); });
}

char* tg_max(tg_tensor** out, const tg_tensor* x, int64_t dim) {
  return guard([&] { wrap_all(out, at::max(value(x), dim)); });
}

char* tg_argmax(tg_tensor** out, const tg_tensor* x, int64_t dim) {
  return guard([&] { *out = wrap(at::argmax(value(x), dim)); });
}

char* tg_topk(tg_tensor** out, const tg_tensor* x, int64_t k) {
  return guard([&] { wrap_all(out, at::topk(value(x), k)); });
}
