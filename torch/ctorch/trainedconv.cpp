// Convolutions that learn on the CPU, where oneDNN's gradients leave time on
// the table. The weights' gradient is one product of the output's gradient with
// the windows of the input, laid out: of maps as small as a ResNet's last
// oneDNN's own takes three times as long, and on processors without AVX512 up
// to that of all. There inputs' gradients are such products too, where channels
// are many. Of larger maps float32's gradients go by Winograd's way. Float32's
// outputs are libtorch's own: were they other in their last bits, ReLUs near 0
// would let other gradients through, and a weight's would move by a thousandth
// of the largest. In bfloat16, which is no more exact than that, outputs go by
// Winograd's way too where the processor gains by it. Weights' gradients can be
// left to be computed of all threads' parts (tasks.h).
#include "trainedconv.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/variable.h>

#include <algorithm>
#include <cstring>

#include "internal.h"
#include "tasks.h"
#include "winograd.h"
#include "winogradbfloat16.h"

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

namespace seetell {

namespace {

// The maps put out and the channels where windows were found to pay: with
// AVX512 and up those of a ResNet's last two layers, in float32 of its last.
constexpr int64_t kLeastPlaces = 7 * 7, kMostPlaces = 14 * 14,
                  kLeastChannels = 256, kLeastChannelsFloat = 512;

// Without AVX512, in float32, all of a ResNet's, unless there are but a few
// places in all pictures.
constexpr int64_t kLeastChannelsNarrow = 64, kLeastRowsNarrow = 32;

// The bytes of windows laid out at once, which stay in a core's cache.
constexpr int64_t kWindows = 1 << 20;

// The bytes of what windows want of their pixels, computed at once.
constexpr int64_t kWanted = 4 << 20;

// The maps and the channels where Winograd's way pays although weights have to
// be transformed anew at each step, and on processors with AVX512 that are not
// Intel's.
constexpr int64_t kLeastSide = 28, kMostChannels = 128;
constexpr int64_t kLeastSideWide = 14, kMostChannelsWide = 256;

int64_t places(int64_t side, int64_t kernel, int64_t stride, int64_t padding) {
  return (side + 2 * padding - kernel) / stride + 1;
}

// Windows is how a kernel goes over pictures, (N, H, W, C) in memory, an
// element of so many bytes.
struct Windows {
  int64_t height, width, channels, kernel, stride, padding, bytes;

  int64_t high() const { return places(height, kernel, stride, padding); }
  int64_t wide() const { return places(width, kernel, stride, padding); }
  int64_t elements() const { return kernel * kernel * channels; }

  // lay writes what the kernel sees at each place of a line of the output,
  // elements() a place, lines counted through all pictures.
  void lay(const Pictures& pictures, int64_t line, char* to) const {
    const int64_t pixel = channels * bytes, row = kernel * pixel;
    const int64_t lines = high(), across = wide();
    const char* x = static_cast<const char*>(pictures[line / lines]);
    const int64_t top = line % lines * stride - padding;
    for (int64_t place = 0; place < across; place++) {
      const int64_t left = place * stride - padding,
                    from = std::max<int64_t>(0, -left),
                    before = std::min(kernel, width - left);
      for (int64_t y = top; y < top + kernel; y++, to += row) {
        if (y < 0 || y >= height || from >= before) {
          std::memset(to, 0, row);
          continue;
        }
        std::memset(to, 0, from * pixel);
        std::memcpy(to + from * pixel, x + (y * width + left + from) * pixel,
                    (before - from) * pixel);
        std::memset(to + before * pixel, 0, (kernel - before) * pixel);
      }
    }
  }
};

// weight_gradient is that of conv2d's weight, (O, C, h, w), of all parts, whose
// g is (N, O, H', W'): the sum of products over blocks of lines. In bfloat16,
// where a sum of sums would be rounded again, there is one block.
Tensor weight_gradient(const Parts& parts, int64_t kernel, int64_t stride,
                       int64_t padding) {
  const Tensor& x = parts[0].x;
  const Windows w{x.size(2), x.size(3), x.size(1),       kernel,
                  stride,    padding,   x.element_size()};
  const Pictures pictures(parts, &Part::x);
  const int64_t out = parts[0].g.size(1), lines = pictures.size() * w.high(),
                line = w.wide() * w.elements() * w.bytes;
  const bool real = x.scalar_type() == at::kFloat;
  // What is summed up is read and written once a block.
  const int64_t block = std::max(kWindows, out * w.elements() * w.bytes / 2);
  const int64_t most =
      real ? std::clamp<int64_t>(block / line, 1, lines) : lines;
  std::vector<Tensor> all;
  for (const auto& [x, g] : parts)
    all.push_back(g.permute({0, 2, 3, 1}).reshape({-1, out}));
  Tensor rows = (all.size() == 1 ? all[0] : at::cat(all)).t();
  if (!real) rows = rows.contiguous();
  Tensor windows = at::empty({most * w.wide(), w.elements()}, x.options());
  Tensor sum = at::empty({out, w.elements()}, x.options());
  for (int64_t first = 0; first < lines; first += most) {
    const int64_t count = std::min(most, lines - first);
    char* to = static_cast<char*>(windows.data_ptr());
    at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++)
        w.lay(pictures, first + i, to + i * line);
    });
    Tensor seen = windows.narrow(0, 0, count * w.wide());
    Tensor wanted = rows.narrow(1, first * w.wide(), count * w.wide());
    first == 0 ? at::mm_out(sum, wanted, seen) : sum.addmm_(wanted, seen);
  }
  return sum.to(at::kFloat)
      .view({out, kernel, kernel, -1})
      .permute({0, 3, 1, 2});
}

// gather writes a line of the input's gradient, (W, C): at each pixel the sum
// of what every window that sees it wants of it, (H' * W', elements()).
void gather(const Windows& w, const float* wanted, int64_t y, float* to) {
  const int64_t high = w.high(), wide = w.wide(), channels = w.channels;
  for (int64_t x = 0; x < w.width; x++, to += channels) {
    bool first = true;
    for (int64_t i = 0; i < w.kernel * w.kernel; i++) {
      const int64_t down = y + w.padding - i / w.kernel,
                    right = x + w.padding - i % w.kernel;
      if (down < 0 || right < 0 || down % w.stride || right % w.stride ||
          down / w.stride >= high || right / w.stride >= wide)
        continue;
      const int64_t place = down / w.stride * wide + right / w.stride;
      const float* from = wanted + place * w.elements() + i * channels;
      if (first) {
        std::memcpy(to, from, channels * sizeof(float));
        first = false;
      } else {
        for (int64_t c = 0; c < channels; c++) to[c] += from[c];
      }
    }
    if (first) std::memset(to, 0, channels * sizeof(float));
  }
}

// input_gradient_product is that of conv2d's input in float32: what windows
// want of their pixels is a product of the output's gradient with the weight as
// it lies, which oneDNN lays out anew at every step.
Tensor input_gradient_product(const Tensor& g, const Tensor& x,
                              const Tensor& weight, int64_t stride,
                              int64_t padding) {
  const Windows w{x.size(2), x.size(3), x.size(1),       weight.size(2),
                  stride,    padding,   x.element_size()};
  const int64_t pictures = x.size(0), out = g.size(1),
                places = w.high() * w.wide(),
                bytes = places * w.elements() * w.bytes;
  const int64_t most = std::clamp<int64_t>(kWanted / bytes, 1, pictures);
  Tensor rows = g.permute({0, 2, 3, 1}).reshape({-1, out});
  Tensor kernel = weight.permute({0, 2, 3, 1}).reshape({out, -1});
  Tensor wanted = at::empty({most * places, w.elements()}, x.options());
  Tensor sum =
      at::empty(x.sizes(), x.options(), at::MemoryFormat::ChannelsLast);
  for (int64_t first = 0; first < pictures; first += most) {
    const int64_t count = std::min(most, pictures - first);
    Tensor some = wanted.narrow(0, 0, count * places);
    at::mm_out(some, rows.narrow(0, first * places, count * places), kernel);
    const float* from = some.const_data_ptr<float>();
    float* to = sum.data_ptr<float>();
    at::parallel_for(0, count * w.height, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++)
        gather(w, from + i / w.height * places * w.elements(), i % w.height,
               to + (first * w.height + i) * w.width * w.channels);
    });
  }
  return sum;
}

// product_pays reports whether the input's gradient is one of windows' product.
bool product_pays(const Tensor& x, const Tensor& weight) {
  return x.scalar_type() == at::kFloat &&
         at::get_cpu_capability() != "AVX512" &&
         (weight.size(0) >= kLeastChannelsFloat || weight.size(2) == 1);
}

// input_gradient is that of conv2d's input.
Tensor input_gradient(const Tensor& g, const Tensor& x, const Tensor& weight,
                      int64_t stride, int64_t padding) {
  if (product_pays(x, weight))
    return input_gradient_product(g, x, weight, stride, padding);
  return std::get<0>(at::convolution_backward(
      g, x, weight, at::OptionalIntArrayRef(), {stride, stride},
      {padding, padding}, {1, 1}, false, {0, 0}, 1, {true, false, false}));
}

// learn returns weight's gradient, of what a layer read and of the gradient of
// what it put out, for the engine to add to its own, or nothing where that is
// left to be computed and added (tasks.h).
Tensor learn(const Tensor& weight, const Part& part, int64_t kind,
             const std::function<Tensor(const Parts&)>& gradient) {
  return leave_gradient(weight, part, kind, gradient) ? Tensor()
                                                      : gradient({part});
}

// Kinds of gradients that are left; those of windows begin at the last.
enum Kind : int64_t { kWinograd, kWinogradBFloat16, kWindowsKind };

// WindowsConv is conv2d whose weights' gradient is a product, in bfloat16 under
// autocast and else in float32.
struct WindowsConv : torch::autograd::Function<WindowsConv> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x,
                        const Tensor& weight, int64_t stride, int64_t padding,
                        at::ScalarType type) {
    Tensor input = x.to(type).contiguous(at::MemoryFormat::ChannelsLast);
    Tensor kernel = weight.to(type).contiguous(at::MemoryFormat::ChannelsLast);
    ctx->save_for_backward({input, kernel, weight});
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
    if (ctx->needs_input_grad(1))
      out[1] =
          learn(saved[2], {x, g}, kWindowsKind + stride * 8 + padding,
                [side = weight.size(2), stride, padding](const Parts& all) {
                  return weight_gradient(all, side, stride, padding);
                });
    if (ctx->needs_input_grad(0))
      out[0] = input_gradient(g, x, weight, stride, padding)
                   .to(ctx->saved_data["type"].toScalarType());
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
    if (ctx->needs_input_grad(1))
      out[1] = learn(weight, {x, grads[0]}, kWinograd, winograd_gradient);
    if (ctx->needs_input_grad(0))
      out[0] =
          winograd(grads[0], winograd_pack_turned(weight, x.size(2), x.size(3)),
                   std::nullopt, nullptr, false);
    return out;
  }
};

// WinogradBFloat16Conv is conv2d of windows of 3 × 3 in bfloat16 under
// autocast, stride and padding 1, all by Winograd's way.
struct WinogradBFloat16Conv : torch::autograd::Function<WinogradBFloat16Conv> {
  static Tensor convolve(const Tensor& x, const Tensor& weight, bool turned) {
    return winograd_bfloat16(x, winograd_bfloat16_pack(weight, turned),
                             std::nullopt, nullptr, false, false);
  }

  static Tensor forward(AutogradContext* ctx, const Tensor& x,
                        const Tensor& weight) {
    Tensor input =
        x.to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
    ctx->save_for_backward({input, weight});
    ctx->saved_data["type"] = x.scalar_type();
    return convolve(input, weight, false);
  }

  static tensor_list backward(AutogradContext* ctx, tensor_list grads) {
    tensor_list saved = ctx->get_saved_variables();
    const Tensor &x = saved[0], &weight = saved[1];
    Tensor g =
        grads[0].to(at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
    tensor_list out(2);
    if (ctx->needs_input_grad(1))
      out[1] =
          learn(weight, {x, g}, kWinogradBFloat16, winograd_bfloat16_gradient);
    if (ctx->needs_input_grad(0))
      out[0] =
          convolve(g, weight, true).to(ctx->saved_data["type"].toScalarType());
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

// windows_pay reports whether a gradient is one of windows' product, where a
// picture's output has so many channels and places.
bool windows_pay(bool real, int64_t pictures, int64_t channels,
                 int64_t put_out) {
  if (real && at::get_cpu_capability() != "AVX512")
    return channels >= kLeastChannelsNarrow &&
           pictures * put_out >= kLeastRowsNarrow;
  return channels >= (real ? kLeastChannelsFloat : kLeastChannels) &&
         put_out >= kLeastPlaces && put_out <= kMostPlaces;
}

// winograd_pays reports whether gradients of windows of 3 × 3 go by Winograd's
// way in float32.
bool winograd_pays(int64_t channels, int64_t side) {
#if defined(__x86_64__)
  static const bool wide =
      at::get_cpu_capability() == "AVX512" && !__builtin_cpu_is("intel");
#else
  constexpr bool wide = false;
#endif
  return channels <= (wide ? kMostChannelsWide : kMostChannels) &&
         side >= (wide ? kLeastSideWide : kLeastSide);
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
  if (real && winograd_suits(weight, o) &&
      winograd_pays(std::max(channels, x.size(1)),
                    std::min(x.size(2), x.size(3))))
    return WinogradConv::apply(x, weight);
  if (!real && winograd_bfloat16_suits(weight, o))
    return WinogradBFloat16Conv::apply(x, weight);
  if (windows_pay(real, x.size(0), channels, put_out))
    return WindowsConv::apply(x, weight, stride, padding, *type);
  return std::nullopt;
}

}  // namespace seetell
