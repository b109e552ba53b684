// Layers and losses.
#include <ATen/ATen.h>

#include "internal.h"
#include "trainedconv.h"

using namespace seetell;

char* tg_softmax(tg_tensor** out, const tg_tensor* x, int64_t dim) {
  return guard([&] { *out = wrap(at::softmax(value(x), dim)); });
}

char* tg_log_softmax(tg_tensor** out, const tg_tensor* x, int64_t dim) {
  return guard([&] { *out = wrap(at::log_softmax(value(x), dim)); });
}

char* tg_conv2d(tg_tensor** out, const tg_tensor* x, const tg_tensor* weight,
                const tg_tensor* bias, tg_conv2d_options o) {
  return guard([&] {
    if (auto y = trained_conv(value(x), value(weight), optional(bias), o)) {
      *out = wrap(*y);
      return;
    }
    *out =
        wrap(at::conv2d(value(x), value(weight), optional(bias), list(o.stride),
                        list(o.padding), list(o.dilation), o.groups));
  });
}

char* tg_batch_norm(tg_tensor** out, const tg_tensor* x,
                    const tg_tensor* weight, const tg_tensor* bias,
                    const tg_tensor* mean, const tg_tensor* variance,
                    tg_batch_norm_options o) {
  return guard([&] {
    *out = wrap(at::batch_norm(value(x), optional(weight), optional(bias),
                               optional(mean), optional(variance), o.training,
                               o.momentum, o.eps, /*cudnn_enabled=*/true));
  });
}

char* tg_max_pool2d(tg_tensor** out, const tg_tensor* x, tg_pool2d_options o) {
  return guard([&] {
    *out = wrap(at::max_pool2d(value(x), list(o.kernel), list(o.stride),
                               list(o.padding)));
  });
}

char* tg_avg_pool2d(tg_tensor** out, const tg_tensor* x, tg_pool2d_options o) {
  return guard([&] {
    *out = wrap(at::avg_pool2d(value(x), list(o.kernel), list(o.stride),
                               list(o.padding)));
  });
}

char* tg_adaptive_avg_pool2d(tg_tensor** out, const tg_tensor* x,
                             int64_t height, int64_t width) {
  return guard(
      [&] { *out = wrap(at::adaptive_avg_pool2d(value(x), {height, width})); });
}

char* tg_embedding(tg_tensor** out, const tg_tensor* weight,
                   const tg_tensor* indices) {
  return guard(
      [&] { *out = wrap(at::embedding(value(weight), value(indices))); });
}

char* tg_dropout(tg_tensor** out, const tg_tensor* x, double p, bool training) {
  return guard([&] { *out = wrap(at::dropout(value(x), p, training)); });
}

char* tg_cross_entropy(tg_tensor** out, const tg_tensor* x,
                       const tg_tensor* target, tg_cross_entropy_options o) {
  return guard([&] {
    *out = wrap(at::cross_entropy_loss(value(x), value(target), std::nullopt,
                                       o.reduction, o.ignore_index,
                                       o.label_smoothing));
  });
}
