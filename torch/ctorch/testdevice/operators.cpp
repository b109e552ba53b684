// The test device's operators: views, copies and convolutions, and for all else
// the CPU's, on copies of the tensors.
#include <ATen/EmptyTensor.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/view_native.h>
#include <torch/library.h>

#include <utility>

#include "device.h"

using at::IntArrayRef;
using at::Tensor;

namespace testdevice {

namespace {

constexpr c10::DispatchKeySet kKeys(c10::DispatchKey::PrivateUse1);

Tensor empty(IntArrayRef size, std::optional<at::ScalarType> type,
             std::optional<at::Layout>, std::optional<at::Device>,
             std::optional<bool>, std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(size, memory(), kKeys,
                                   c10::dtype_or_default(type), format);
}

Tensor empty_strided(IntArrayRef size, IntArrayRef stride,
                     std::optional<at::ScalarType> type,
                     std::optional<at::Layout>, std::optional<at::Device>,
                     std::optional<bool>) {
  return at::detail::empty_strided_generic(size, stride, memory(), kKeys,
                                           c10::dtype_or_default(type));
}

Tensor to_device(const Tensor& x) {
  return x.defined() ? x.to(kDevice) : Tensor();
}

Tensor copy_from(const Tensor& from, const Tensor& to, bool non_blocking) {
  auto copy = [from, to] { on_host(to).copy_(on_host(from)); };
  if (capturing()) {
    TORCH_CHECK(!from.is_cpu() && !to.is_cpu(), "a copy of shape ", to.sizes(),
                " from ", from.device(), " to ", to.device(),
                " while a graph is captured");
    auto again = [both = kept({from, to})] {
      on_host(both[1].toTensor()).copy_(on_host(both[0].toTensor()));
      return std::vector<c10::IValue>{both[1]};
    };
    capture(again, {from, to}, {to});
  }
  if (non_blocking && from.is_cpu() && from.is_pinned()) {
    later(copy);
  } else {
    copy();
  }
  return to;
}

const Tensor& resize(const Tensor& x, IntArrayRef size,
                     std::optional<at::MemoryFormat> format) {
  if (x.sizes() == size) return x;
  TORCH_CHECK(x.numel() == 0, "the test device resizes empty tensors alone");
  Tensor fresh = at::empty(size, x.options().memory_format(format));
  auto* own = x.unsafeGetTensorImpl();
  own->set_storage_keep_dtype(fresh.storage());
  own->set_sizes_and_strides(fresh.sizes(), fresh.strides());
  return x;
}

Tensor copy_and_resize(const Tensor& from, const Tensor& to) {
  resize(to, from.sizes(), std::nullopt);
  return copy_from(from, to, false);
}

at::Scalar item(const Tensor& x) {
  TORCH_CHECK(!capturing(), "a value is asked for while a graph is captured");
  return on_host(x).item();
}

void record_stream(Tensor&, at::Stream) {}

void same(const char* name, const Tensor& x, const Tensor& y) {
  TORCH_CHECK(!y.defined() || x.device() == y.device(), name, " of tensors on ",
              x.device(), " and ", y.device());
}

// work_on returns what work makes of tensors, which a graph does again.
template <typename Work>
std::vector<c10::IValue> work_on(std::vector<c10::IValue> tensors, Work work) {
  auto whole = [work](const std::vector<c10::IValue>& values) {
    Inside inside;
    std::vector<Tensor> given;
    for (const auto& value : values) given.push_back(value.toTensor());
    std::vector<c10::IValue> made;
    for (const Tensor& y : work(given)) made.emplace_back(to_device(y));
    return made;
  };
  std::vector<c10::IValue> made = whole(tensors);
  if (capturing())
    capture([whole, own = kept(tensors)] { return whole(own); }, tensors, made);
  return made;
}

Tensor convolution(const Tensor& x, const Tensor& weight,
                   const std::optional<Tensor>& bias, IntArrayRef stride,
                   IntArrayRef padding, IntArrayRef dilation, bool transposed,
                   IntArrayRef output_padding, int64_t groups) {
  same("convolution", x, weight);
  Tensor added = bias ? *bias : Tensor();
  same("convolution", x, added);
  auto made = work_on(
      {x, weight, added},
      [=, stride = stride.vec(), padding = padding.vec(),
       dilation = dilation.vec(), output_padding = output_padding.vec()](
          const std::vector<Tensor>& t) -> std::vector<Tensor> {
        return {at::convolution(on_host(t[0]), on_host(t[1]), on_host(t[2]),
                                stride, padding, dilation, transposed,
                                output_padding, groups)};
      });
  return made[0].toTensor();
}

std::tuple<Tensor, Tensor, Tensor> convolution_backward(
    const Tensor& gradient, const Tensor& x, const Tensor& weight,
    IntArrayRef stride, IntArrayRef padding, IntArrayRef dilation,
    bool transposed, IntArrayRef output_padding, int64_t groups,
    std::array<bool, 3> wanted) {
  same("convolution's backward", x, weight);
  same("convolution's backward", x, gradient);
  auto made = work_on(
      {gradient, x, weight},
      [=, stride = stride.vec(), padding = padding.vec(),
       dilation = dilation.vec(), output_padding = output_padding.vec()](
          const std::vector<Tensor>& t) -> std::vector<Tensor> {
        int64_t channels = t[2].size(0);
        auto [dx, dweight, dbias] = at::convolution_backward(
            on_host(t[0]), on_host(t[1]), on_host(t[2]), IntArrayRef(channels),
            stride, padding, dilation, transposed, output_padding, groups,
            wanted);
        return {dx, dweight, dbias};
      });
  return {made[0].toTensor(), made[1].toTensor(), made[2].toTensor()};
}

// refuse stops where an operator is given a tensor that is elsewhere.
void refuse(const c10::OperatorHandle& op, const Tensor& x) {
  bool number = x.defined() && x.unsafeGetTensorImpl()->is_wrapped_number();
  TORCH_CHECK(!x.defined() || number || x.device() == kDevice,
              op.schema().operator_name(), ": one of the tensors, of shape ",
              x.sizes(), ", is on ", x.device(), ", others on ", kDevice);
}

void compute(const c10::OperatorHandle& op, torch::jit::Stack* stack) {
  for (const c10::IValue& argument :
       torch::jit::last(*stack, op.schema().arguments().size())) {
    if (argument.isTensor()) {
      refuse(op, argument.toTensor());
    } else if (argument.isTensorList()) {
      for (const Tensor& x : argument.toTensorVector()) refuse(op, x);
    } else if (argument.isOptionalTensorList()) {
      for (const auto& x : argument.toOptionalTensorVector())
        if (x) refuse(op, *x);
    }
  }
  if (!capturing()) {
    at::native::cpu_fallback(op, stack, /*error_on_views=*/true);
    return;
  }
  TORCH_CHECK(!op.hasTag(at::Tag::dynamic_output_shape),
              op.schema().operator_name(), ": the shape of what it returns is ",
              "a value, which is asked for while a graph is captured");
  size_t returns = op.schema().returns().size();
  auto again = [op, returns](torch::jit::Stack values) {
    Inside inside;
    at::native::cpu_fallback(op, &values, /*error_on_views=*/true);
    return std::vector<c10::IValue>(values.end() - returns, values.end());
  };
  auto arguments =
      torch::jit::last(*stack, op.schema().arguments().size()).vec();
  auto made = again(arguments);
  capture([again, own = kept(arguments)] { return again(own); }, arguments,
          made);
  torch::jit::drop(*stack, arguments.size());
  stack->insert(stack->end(), made.begin(), made.end());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", empty);
  m.impl("empty_strided", empty_strided);
  m.impl("as_strided", at::native::as_strided_tensorimpl);
  m.impl("view", at::native::view);
  m.impl("_reshape_alias", at::native::_reshape_alias);
  m.impl("resize_", resize);
  m.impl("_copy_from", copy_from);
  m.impl("_copy_from_and_resize", copy_and_resize);
  m.impl("_local_scalar_dense", item);
  m.impl("record_stream", record_stream);
  m.impl("convolution_overrideable", convolution);
  m.impl("convolution_backward_overrideable", convolution_backward);
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) {
  m.fallback(torch::CppFunction::makeFromBoxedFunction<&compute>());
}

}  // namespace

}  // namespace testdevice
