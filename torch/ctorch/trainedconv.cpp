// Convolutions that learn on the CPU, where oneDNN's gradients leave time on
// the table. Of maps as small as a ResNet's last, the weights' gradient is one
// product of the output's gradient with the windows of the input, laid out;
// oneDNN's own takes three times as long. Of large maps with few channels,
// float32's gradients go by Winograd's way. The outputs are libtorch's own:
// were they other in their last bits, ReLUs near 0 would let other gradients
// through, and a weight's would move by a thousandth of the largest.
#include "trainedconv.h"

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "internal.h"
#include "winograd.h"

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

namespace seetell {

namespace {

// The maps put out and the channels where windows were found to pay: those of a
// ResNet's last two layers, in float32 of its last. Of larger maps the windows
// take much memory, and oneDNN's gradient is faster.
constexpr int64_t kLeastPlaces = 7 * 7, kMostPlaces = 14 * 14,
                  kLeastChannels = 256, kLeastChannelsFloat = 512;

// The maps and the channels where Winograd's way pays although weights have to
// be transformed anew at each step.
constexpr int64_t kLeastSide = 28, kMostChannels = 128;

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

// input_gradient is that of conv2d's input by libtorch.
Tensor input_gradient(const Tensor& g, const Tensor& x, const Tensor& weight,
                      int64_t stride, int64_t padding) {
  return std::get<0>(at::convolution_backward(
      g, x, weight, at::OptionalIntArrayRef(), {stride, stride},
      {padding, padding}, {1, 1}, false, {0, 0}, 1, {true, false, false}));
}

// WindowsConv is conv2d whose weights' gradient is a product, in bfloat16 under
// autocast and else in float32.
struct WindowsConv : torch::autograd::Function<WindowsConv> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x,
                        const Tensor& weight, int64_t stride, int64_t padding,
                        at::ScalarType type) {
    Tensor input = x.to(type).contiguous(at::MemoryFormat::ChannelsLast);
    Tensor kernel = weight.to(type).contiguous(at::MemoryFormat::ChannelsLast);
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
        grads[0].to(x.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    tensor_list out(5);
    if (ctx->needs_input_grad(0))
      out[0] = input_gradient(g, x, weight, stride, padding)
                   .to(ctx->saved_data["type"].toScalarType());
    const int64_t channels = weight.size(0), side = weight.size(2);
    Tensor rows = g.permute({0, 2, 3, 1}).reshape({-1, channels}).t();
    if (x.scalar_type() == at::kBFloat16) rows = rows.contiguous();
    out[1] = at::mm(rows, windows(x, side, stride, padding))
                 .to(at::kFloat)
                 .view({channels, side, side, -1})
                 .permute({0, 3, 1, 2});
    return out;
  }
};

// WinogradConv is conv2d of windows of 3 × 3 in float32, stride and padding 1,
// with gradients by Winograd's way.
struct WinogradConv : torch::autograd::Function<WinogradConv> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x,
                        const Tensor& weight) {
    ctx->save_for_backward({x, weight});
    return at::conv2d(x, weight, {}, 1, 1);
  }

  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    tensor_list saved = ctx->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    tensor_list out(2);
    if (ctx->needs_input_grad(0))
      out[0] = winograd(grads[0],
                        winograd_pack(weight.flip({2, 3}).transpose(0, 1),
                                      x.size(2), x.size(3)),
                        std::nullopt, nullptr, false);
    if (ctx->needs_input_grad(1)) out[1] = winograd_gradient(x, grads[0]);
    return out;
  }
};

// type_of is what a convolution computes in: bfloat16 under autocast to that,
// float32 without; nothing where autocast is to another.
std::optional<at::ScalarType> type_of(const Tensor& x) {
  if (!at::autocast::is_autocast_enabled(at::kCPU))
    return x.scalar_type() == at::kFloat ? std::optional(at::kFloat)
                                         : std::nullopt;
  bool reads =
      x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
  return reads && at::autocast::get_autocast_dtype(at::kCPU) == at::kBFloat16
             ? std::optional(at::kBFloat16)
             : std::nullopt;
}

// plain reports whether a convolution is one of images that learns, square, as
// libtorch takes it.
bool plain(const Tensor& x, const Tensor& weight, const tg_conv2d_options& o) {
  return x.device().is_cpu() && weight.device().is_cpu() && x.dim() == 4 &&
         weight.dim() == 4 && weight.scalar_type() == at::kFloat &&
         o.groups == 1 && x.size(1) == weight.size(1) && x.numel() > 0 &&
         weight.numel() > 0 && weight.size(2) == weight.size(3) &&
         o.stride[0] == o.stride[1] && o.padding[0] == o.padding[1] &&
         o.stride[0] > 0 && o.padding[0] >= 0 && o.padding[0] < 8 &&
         o.dilation[0] == 1 && o.dilation[1] == 1 &&
         x.size(2) + 2 * o.padding[0] >= weight.size(2) &&
         x.size(3) + 2 * o.padding[1] >= weight.size(3);
}

}  // namespace

std::optional<Tensor> trained_conv(const Tensor& x, const Tensor& weight,
                                   const std::optional<Tensor>& bias,
                                   const tg_conv2d_options& o) {
  if (!c10::GradMode::is_enabled() || bias || !weight.requires_grad() ||
      !plain(x, weight, o))
    return std::nullopt;
  auto type = type_of(x);
  if (!type) return std::nullopt;
  bool real = *type == at::kFloat;
  const int64_t side = weight.size(2), stride = o.stride[0],
                padding = o.padding[0], channels = weight.size(0),
                put_out = places(x.size(2), side, stride, padding) *
                          places(x.size(3), side, stride, padding);
  if (channels >= (real ? kLeastChannelsFloat : kLeastChannels) &&
      put_out >= kLeastPlaces && put_out <= kMostPlaces)
    return WindowsConv::apply(x, weight, stride, padding, *type);
  if (real && winograd_suits(weight, o) &&
      std::max(channels, x.size(1)) <= kMostChannels &&
      std::min(x.size(2), x.size(3)) >= kLeastSide)
    return WinogradConv::apply(x, weight);
  return std::nullopt;
}

}  // namespace seetell
