// Convolutions whose weights do not change: laid out once, as oneDNN wants
// them, with what follows done as each number is written.
#include <ATen/Context.h>
#include <ATen/Version.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mkldnn_reorder_conv2d_weight.h>

#include <algorithm>
#include <array>
#include <limits>

#include "internal.h"
#include "picturekernels.h"
#include "winograd.h"
#include "winogradbfloat16.h"

using namespace seetell;
using at::Tensor;

namespace {

using Scalars = c10::List<std::optional<at::Scalar>>;

// packs reports whether oneDNN has products of a type on this processor.
bool packs(at::ScalarType type) {
  if (!at::globalContext().userEnabledMkldnn()) return false;
  return type == at::kFloat ||
         (type == at::kBFloat16 && at::get_cpu_capability() == "AVX512");
}

// convolve is oneDNN's convolution with a packed weight, through libtorch's
// operator, and ReLU of it where asked for.
Tensor convolve(const Tensor& x, const Tensor& weight,
                const std::optional<Tensor>& bias, const tg_conv2d_options& o,
                bool relu) {
  static auto op =
      c10::Dispatcher::singleton()
          .findSchemaOrThrow("mkldnn::_convolution_pointwise", "")
          .typed<Tensor(
              const Tensor&, const Tensor&, const std::optional<Tensor>&,
              at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, int64_t,
              c10::string_view, Scalars, std::optional<c10::string_view>)>();
  return op.call(x, weight, bias, list(o.padding), list(o.stride),
                 list(o.dilation), o.groups, relu ? "relu" : "none", Scalars(),
                 "");
}

// convolve_and_add is ReLU of other plus the convolution.
Tensor convolve_and_add(const Tensor& x, const Tensor& other,
                        const Tensor& weight, const std::optional<Tensor>& bias,
                        const tg_conv2d_options& o) {
  static auto op =
      c10::Dispatcher::singleton()
          .findSchemaOrThrow("mkldnn::_convolution_pointwise", "binary")
          .typed<Tensor(const Tensor&, const Tensor&, const Tensor&,
                        const std::optional<Tensor>&, at::IntArrayRef,
                        at::IntArrayRef, at::IntArrayRef, int64_t,
                        c10::string_view, std::optional<at::Scalar>,
                        std::optional<c10::string_view>, Scalars,
                        std::optional<c10::string_view>)>();
  return op.call(x, other, weight, bias, list(o.padding), list(o.stride),
                 list(o.dilation), o.groups, "add", 1.0, "relu", Scalars(), "");
}

// convolve_onto is convolve_and_add that writes over other.
void convolve_onto(const Tensor& x, Tensor other, const Tensor& weight,
                   const std::optional<Tensor>& bias,
                   const tg_conv2d_options& o) {
  static auto op =
      c10::Dispatcher::singleton()
          .findSchemaOrThrow("mkldnn::_convolution_pointwise_", "binary")
          .typed<Tensor&(Tensor&, const Tensor&, const Tensor&,
                         const std::optional<Tensor>&, at::IntArrayRef,
                         at::IntArrayRef, at::IntArrayRef, int64_t,
                         c10::string_view, std::optional<at::Scalar>,
                         std::optional<c10::string_view>, Scalars,
                         std::optional<c10::string_view>)>();
  op.call(other, x, weight, bias, list(o.padding), list(o.stride),
          list(o.dilation), o.groups, "add", 1.0, "relu", Scalars(), "");
}

// reckonable reports whether a shape has no size below 1 but perhaps its first,
// and few enough numbers: oneDNN divides by what it reckons of them in 32 bits.
bool reckonable(at::IntArrayRef shape) {
  int64_t numbers = 1;
  for (size_t i = 0; i < shape.size(); i++) {
    if (shape[i] < (i > 0 ? 1 : 0) ||
        shape[i] > std::numeric_limits<int32_t>::max() / numbers)
      return false;
    numbers *= std::max<int64_t>(1, shape[i]);
  }
  return shape.size() == 4;
}

// output is the shape of what a convolution of x gives, or none where there is
// no such convolution, of a size that oneDNN can reckon with.
std::optional<std::array<int64_t, 4>> output(at::IntArrayRef x,
                                             at::IntArrayRef weight,
                                             const tg_conv2d_options& o) {
  constexpr int64_t most = std::numeric_limits<int16_t>::max();
  if (!reckonable(x) || !reckonable(weight) || o.groups < 1 ||
      o.groups > weight[0] || weight[0] % o.groups != 0 ||
      x[1] != weight[1] * o.groups)
    return std::nullopt;
  std::array<int64_t, 4> out{x[0], weight[0]};
  for (int i = 0; i < 2; i++) {
    int64_t stride = o.stride[i], padding = o.padding[i],
            dilation = o.dilation[i];
    if (stride < 1 || dilation < 1 || padding < 0 ||
        std::max({stride, dilation, padding}) > most)
      return std::nullopt;
    int64_t room = x[2 + i] + 2 * padding - dilation * (weight[2 + i] - 1) - 1;
    if (room < 0) return std::nullopt;
    out[2 + i] = room / stride + 1;
  }
  if (!reckonable(out)) return std::nullopt;
  return out;
}

// check refuses what oneDNN would read beyond, and returns the result's shape.
std::array<int64_t, 4> check(const Tensor& x, const Tensor& weight,
                             const std::optional<Tensor>& bias,
                             const Tensor* other, const tg_conv2d_options& o) {
  TORCH_CHECK(weight.is_mkldnn(), "a weight of pack_conv2d wanted");
  TORCH_CHECK(x.device().is_cpu() && x.scalar_type() == weight.scalar_type(),
              "x is ", x.scalar_type(), x.sizes(), " on ", x.device(),
              ", the weight ", weight.scalar_type(), weight.sizes());
  auto shape = output(x.sizes(), weight.sizes(), o);
  TORCH_CHECK(shape, "no such convolution of ", x.sizes(), " with ",
              weight.sizes());
  TORCH_CHECK(!bias || (bias->dim() == 1 && bias->size(0) == weight.size(0) &&
                        bias->device().is_cpu() &&
                        bias->scalar_type() == x.scalar_type()),
              "a bias of the weight's type for each of its ", weight.size(0),
              " channels wanted");
  TORCH_CHECK(!other || (other->sizes() == at::IntArrayRef(*shape) &&
                         other->device().is_cpu() &&
                         other->scalar_type() == x.scalar_type()),
              other->scalar_type(), other->sizes(), " added to ",
              x.scalar_type(), at::IntArrayRef(*shape));
  return *shape;
}

}  // namespace

char* tg_packs(bool* out, int32_t dtype) {
  return guard([&] { *out = packs(scalar_type(dtype)); });
}

char* tg_pack_conv2d(tg_tensor** out, const tg_tensor* weight,
                     tg_conv2d_options o, tg_sizes input) {
  return guard_no_grad([&] {
    TORCH_CHECK(packs(value(weight).scalar_type()), "no oneDNN for ",
                value(weight).scalar_type(), " here");
    TORCH_CHECK(
        output(list(input), value(weight).sizes(), o) && list(input)[0] > 0,
        "no such convolution of an input ", list(input));
    if (winograd_suits(value(weight), o)) {
      *out = wrap(winograd_pack(value(weight), list(input)[2], list(input)[3]));
      return;
    }
    if (value(weight).scalar_type() == at::kBFloat16 &&
        winograd_bfloat16_suits(value(weight), o)) {
      *out = wrap(winograd_bfloat16_pack(value(weight), false));
      return;
    }
    *out = wrap(at::mkldnn_reorder_conv2d_weight(
        value(weight).contiguous().to_mkldnn(), list(o.padding), list(o.stride),
        list(o.dilation), o.groups, list(input)));
  });
}

char* tg_folded_conv2d(tg_tensor** out, const tg_tensor* x,
                       const tg_tensor* weight, const tg_tensor* bias,
                       const tg_tensor* other, tg_conv2d_options o, bool relu,
                       bool onto) {
  return guard_no_grad([&] {
    const Tensor& w = value(weight);
    const Tensor* more = other ? &value(other) : nullptr;
    if (w.dim() == 3) {
      *out = wrap(winograd(value(x), w, optional(bias), more, relu));
      return;
    }
    if (w.dim() == 5) {
      *out = wrap(
          winograd_bfloat16(value(x), w, optional(bias), more, relu, onto));
      return;
    }
    auto shape = check(value(x), w, optional(bias), more, o);
    if (shape[0] == 0) {  // what oneDNN refuses
      *out = wrap(at::empty(shape, value(x).options()));
    } else if (!other) {
      *out = wrap(convolve(value(x), w, optional(bias), o, relu));
    } else if (shape[1] == 1 || shape[2] == 1 || shape[3] == 1) {
      // With a size of 1 the layout may be another, which oneDNN's sum refuses.
      *out = wrap(convolve(value(x), w, optional(bias), o, false)
                      .add_(value(other))
                      .relu_());
    } else if (onto && !value(other).is_alias_of(value(x)) &&
               value(other).is_contiguous(at::MemoryFormat::ChannelsLast)) {
      convolve_onto(value(x), value(other), w, optional(bias), o);
      *out = wrap(value(other));
    } else {
      *out =
          wrap(convolve_and_add(value(x), value(other), w, optional(bias), o));
    }
  });
}

namespace {

// pool_picture is pool_positive of x, (1, C, H, W), into y, both channels last.
template <typename Bits>
void pool_picture(const Tensor& x, const Tensor& column, const Tensor& y) {
  auto bits = [](const Tensor& t) {
    return static_cast<Bits*>(t.mutable_data_ptr());
  };
  pool_positive(x.size(2), x.size(3), x.size(1), bits(x), bits(column),
                bits(y));
}

}  // namespace

char* tg_folded_stem(tg_tensor** out, const tg_tensor* x,
                     const tg_tensor* weight, const tg_tensor* bias,
                     tg_conv2d_options o) {
  return guard_no_grad([&] {
    const Tensor& w = value(weight);
    TORCH_CHECK(w.is_mkldnn(),
                "a weight of pack_conv2d wanted, with few channels");
    TORCH_CHECK(value(x).dim() == 4 && value(x).device().is_cpu(),
                "pictures (N, C, H, W) on the CPU wanted");
    auto one = [&](int64_t i) {
      return value(x)
          .narrow(0, i, 1)
          .to(w.scalar_type())
          .contiguous(at::MemoryFormat::ChannelsLast);
    };
    const int64_t pictures = value(x).size(0);
    auto shape = output(value(x).sizes(), w.sizes(), o);
    TORCH_CHECK(shape, "no such convolution of ", value(x).sizes(), " with ",
                w.sizes());
    auto options = at::TensorOptions(w.scalar_type());
    Tensor all = at::empty(
        {pictures, w.size(0), ((*shape)[2] + 1) / 2, ((*shape)[3] + 1) / 2},
        options, at::MemoryFormat::ChannelsLast);
    Tensor column = at::empty({(*shape)[3] * w.size(0)}, options);
    for (int64_t i = 0; i < pictures; i++) {
      Tensor part = one(i);
      check(part, w, optional(bias), nullptr, o);
      part = convolve(part, w, optional(bias), o, true)
                 .contiguous(at::MemoryFormat::ChannelsLast);
      if (w.scalar_type() == at::kFloat) {
        pool_picture<uint32_t>(part, column, all.narrow(0, i, 1));
      } else {
        pool_picture<uint16_t>(part, column, all.narrow(0, i, 1));
      }
    }
    *out = wrap(all);
  });
}
