// Convolutions that learn, in bfloat16 on the CPU: the weights' gradient is one
// product of the output's gradient with the windows of the input, laid out. For
// maps as small as a ResNet's last, oneDNN's own takes three times as long.
#include "trainedconv.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "internal.h"

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

namespace seetell {

namespace {

// The maps and the channels of a ResNet's last layer, where this was found to
// pay: of larger maps the windows take much memory, and oneDNN's gradient is
// faster. With smaller maps and fewer channels too, a run of recipe demo ended
// at BLEU-4 .80 (one run), and at .88 without (three).
constexpr int64_t kLeastPlaces = 7 * 7, kMostPlaces = 14 * 14,
                  kLeastChannels = 512;

int64_t places(int64_t side, int64_t kernel, int64_t stride, int64_t padding) {
  return (side + 2 * padding - kernel) / stride + 1;
}

// windows returns a row for each place of the output, of what the kernel sees
// there: (N·H'·W', h·w·C) of x, (N, C, H, W).
Tensor windows(const Tensor& x, int64_t kernel, int64_t stride,
               int64_t padding) {
  const int64_t high = places(x.size(2), kernel, stride, padding),
                wide = places(x.size(3), kernel, stride, padding);
  Tensor framed = x.permute({0, 2, 3, 1});
  if (padding > 0)
    framed =
        at::constant_pad_nd(framed, {0, 0, padding, padding, padding, padding});
  std::vector<Tensor> seen;
  for (int64_t i = 0; i < kernel; i++)
    for (int64_t j = 0; j < kernel; j++)
      seen.push_back(framed.slice(1, i, i + stride * (high - 1) + 1, stride)
                         .slice(2, j, j + stride * (wide - 1) + 1, stride));
  return at::cat(seen, 3).reshape({x.size(0) * high * wide, -1});
}

struct TrainedConv : torch::autograd::Function<TrainedConv> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x,
                        const Tensor& weight, int64_t stride, int64_t padding) {
    Tensor input =
        x.to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
    Tensor kernel =
        weight.to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
    ctx->save_for_backward({input, kernel});
    ctx->saved_data["stride"] = stride;
    ctx->saved_data["padding"] = padding;
    ctx->saved_data["type"] = x.scalar_type();
    return at::conv2d(input, kernel, {}, stride, padding);
  }

  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    tensor_list saved = ctx->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    const int64_t stride = ctx->saved_data["stride"].toInt(),
                  padding = ctx->saved_data["padding"].toInt();
    Tensor g =
        grads[0].to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
    tensor_list out(4);
    if (ctx->needs_input_grad(0))
      out[0] = std::get<0>(at::convolution_backward(
                               g, x, weight, at::OptionalIntArrayRef(),
                               {stride, stride}, {padding, padding}, {1, 1},
                               false, {0, 0}, 1, {true, false, false}))
                   .to(ctx->saved_data["type"].toScalarType());
    const int64_t channels = weight.size(0), side = weight.size(2);
    Tensor rows = g.permute({0, 2, 3, 1}).reshape({-1, channels});
    out[1] = at::mm(rows.t().contiguous(), windows(x, side, stride, padding))
                 .to(at::kFloat)
                 .view({channels, side, side, -1})
                 .permute({0, 3, 1, 2});
    return out;
  }
};

}  // namespace

bool trains_small(const Tensor& x, const Tensor& weight,
                  const std::optional<Tensor>& bias,
                  const tg_conv2d_options& o) {
  return c10::GradMode::is_enabled() && weight.requires_grad() && !bias &&
         at::autocast::is_autocast_enabled(at::kCPU) &&
         at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16 &&
         x.device().is_cpu() && weight.device().is_cpu() && x.dim() == 4 &&
         weight.dim() == 4 && weight.scalar_type() == at::kFloat &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) &&
         o.groups == 1 && x.size(1) == weight.size(1) && x.numel() > 0 &&
         weight.numel() > 0 && weight.size(2) == weight.size(3) &&
         o.stride[0] == o.stride[1] && o.padding[0] == o.padding[1] &&
         o.stride[0] > 0 && o.padding[0] >= 0 && o.padding[0] < 8 &&
         o.dilation[0] == 1 && o.dilation[1] == 1 &&
         weight.size(0) >= kLeastChannels &&
         x.size(2) * x.size(3) >= kLeastPlaces &&
         x.size(2) * x.size(3) <= kMostPlaces &&
         x.size(2) + 2 * o.padding[0] >= weight.size(2) &&
         x.size(3) + 2 * o.padding[1] >= weight.size(3);
}

Tensor trained_conv(const Tensor& x, const Tensor& weight,
                    const tg_conv2d_options& o) {
  return TrainedConv::apply(x, weight, o.stride[0], o.padding[0]);
}

}  // namespace seetell
