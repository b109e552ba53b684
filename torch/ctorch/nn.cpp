// Layers and losses.
#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>

#include "internal.h"

using namespace seetell;

char* tg_softmax(tg_tensor** out, const tg_tensor* x, int64_t dim) {
  return guard([&] { *out = wrap(at::softmax(value(x), dim)); });
}

char* tg_log_softmax(tg_tensor** out, const tg_tensor* x, int64_t dim) {
  return guard([&] { *out = wrap(at::log_softmax(value(x), dim)); });
}

char* tg_logsumexp(tg_tensor** out, const tg_tensor* x, int64_t dim) {
  return guard([&] { *out = wrap(at::logsumexp(value(x), dim)); });
}

char* tg_conv2d(tg_tensor** out, const tg_tensor* x, const tg_tensor* weight,
                const tg_tensor* bias, tg_conv2d_options o) {
  return guard([&] {
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

char* tg_upsample_bilinear_aa(tg_tensor** out, const tg_tensor* x,
                              int64_t height, int64_t width) {
  return guard([&] {
    const int64_t size[] = {height, width};
    *out = wrap(at::_upsample_bilinear2d_aa(value(x), at::IntArrayRef(size),
                                            /*align_corners=*/false,
                                            std::nullopt, std::nullopt));
  });
}

char* tg_embedding(tg_tensor** out, const tg_tensor* weight,
                   const tg_tensor* indices) {
  return guard(
      [&] { *out = wrap(at::embedding(value(weight), value(indices))); });
}

char* tg_dropout(tg_tensor** out, const tg_tensor* x, double p, bool training) {
  return guard([&] { *out = wrap(at::dropout(value(x), p, training)); });
}

// Under autocast CUDA's lstm_cell takes the cell state down to bfloat16; here
// only the products are, as on the CPU, and the state stays as it came.
static std::tuple<at::Tensor, at::Tensor> lstm_cell_autocast(
    const at::Tensor& x, const at::Tensor& h, const at::Tensor& c,
    const at::Tensor& wih, const at::Tensor& whh,
    const std::optional<at::Tensor>& bih,
    const std::optional<at::Tensor>& bhh) {
  at::Tensor gates = at::linear(h, whh, bhh).add_(at::linear(x, wih, bih));
  std::vector<at::Tensor> g = gates.unsafe_chunk(4, 1);
  at::Tensor next = (g[1].sigmoid() * c).add_(g[0].sigmoid() * g[2].tanh());
  at::Tensor hidden = g[3].sigmoid() * next.tanh();
  return {std::move(hidden), std::move(next)};
}

char* tg_lstm_cell(tg_tensor** out, const tg_tensor* x, const tg_tensor* h,
                   const tg_tensor* c, const tg_tensor* wih,
                   const tg_tensor* whh, const tg_tensor* bih,
                   const tg_tensor* bhh) {
  return guard([&] {
    auto next =
        at::autocast::is_autocast_enabled(value(x).device().type())
            ? lstm_cell_autocast(value(x), value(h), value(c), value(wih),
                                 value(whh), optional(bih), optional(bhh))
            : at::lstm_cell(value(x), {value(h), value(c)}, value(wih),
                            value(whh), optional(bih), optional(bhh));
    out[0] = wrap(std::move(std::get<0>(next)));
    out[1] = wrap(std::move(std::get<1>(next)));
  });
}

char* tg_cross_entropy(tg_tensor** out, const tg_tensor* x,
                       const tg_tensor* target, tg_cross_entropy_options o) {
  return guard([&] {
    *out = wrap(at::cross_entropy_loss(value(x), value(target), std::nullopt,
                                       o.reduction, o.ignore_index,
                                       o.label_smoothing));
  });
}

char* tg_mse_loss(tg_tensor** out, const tg_tensor* x,
                  const tg_tensor* target) {
  return guard([&] { *out = wrap(at::mse_loss(value(x), value(target))); });
}
