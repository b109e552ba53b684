// Tensors: made from Go's memory, described, copied out, converted, freed.
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <atomic>

#include "internal.h"

using namespace seetell;

static std::atomic<int64_t> live{0};

// Every handle is made here, so that what describes one can rely on it.
tg_tensor* seetell::wrap(at::Tensor value) {
  TORCH_CHECK(value.defined(), "there is no tensor");
  TORCH_CHECK(value.dim() <= TG_MAX_RANK, value.dim(),
              " dimensions, more than ", int{TG_MAX_RANK});
  tg_tensor* x = new tg_tensor{std::move(value)};
  live.fetch_add(1, std::memory_order_relaxed);
  return x;
}

void seetell::wrap_all(tg_tensor** out, std::vector<at::Tensor> values) {
  size_t made = 0;
  try {
    for (; made < values.size(); made++) out[made] = wrap(values[made]);
  } catch (...) {
    tg_free(out, static_cast<int64_t>(made));
    std::fill_n(out, made, nullptr);
    throw;
  }
}

int64_t tg_live() noexcept { return live.load(std::memory_order_relaxed); }

void tg_free(tg_tensor** tensors, int64_t count) noexcept {
  for (int64_t i = 0; i < count; i++) {
    if (!tensors[i]) continue;
    delete tensors[i];
    live.fetch_sub(1, std::memory_order_relaxed);
  }
}

tg_description tg_describe(const tg_tensor* x) noexcept {
  tg_description d{};
  if (!x) return d;
  const at::Tensor& t = x->value;
  d.shape.count = t.dim();
  for (int64_t i = 0; i < d.shape.count; i++) d.shape.values[i] = t.sizes()[i];
  d.dtype = dtype_number(t.scalar_type());
  d.device = device_number(t.device());
  d.requires_grad = t.requires_grad();
  return d;
}

char* tg_from_data(tg_tensor** out, const void* data, tg_sizes shape,
                   int32_t dtype) {
  return guard([&] {
    at::Tensor t = at::empty(list(shape), scalar_type(dtype));
    check_memory(data, t.numel());
    if (t.nbytes() > 0) std::memcpy(t.mutable_data_ptr(), data, t.nbytes());
    *out = wrap(std::move(t));
  });
}

static at::TensorOptions options(int32_t dtype, int32_t device) {
  return at::TensorOptions(scalar_type(dtype)).device(seetell::device(device));
}

char* tg_full(tg_tensor** out, double value, tg_sizes shape, int32_t dtype,
              int32_t device) {
  return guard([&] {
    *out = wrap(at::full(list(shape), value, options(dtype, device)));
  });
}

char* tg_empty(tg_tensor** out, tg_sizes shape, int32_t dtype, int32_t device) {
  return guard(
      [&] { *out = wrap(at::empty(list(shape), options(dtype, device))); });
}

char* tg_arange(tg_tensor** out, int64_t n, int32_t device) {
  return guard([&] { *out = wrap(at::arange(n, options(TG_INT64, device))); });
}

char* tg_copy_out(void* data, int64_t count, int32_t dtype,
                  const tg_tensor* x) {
  return guard_no_grad([&] {
    const at::Tensor& t = value(x);
    TORCH_CHECK(t.numel() == count, "room for ", count, " elements of ",
                t.numel());
    check_memory(data, count);
    at::from_blob(data, t.sizes(), scalar_type(dtype)).copy_(t);
  });
}

char* tg_copy_in(tg_tensor* x, const void* data, int64_t count, int32_t dtype) {
  return guard_no_grad([&] {
    const at::Tensor& t = value(x);
    TORCH_CHECK(t.numel() == count, count, " elements for ", t.numel());
    check_memory(data, count);
    t.copy_(
        at::from_blob(const_cast<void*>(data), t.sizes(), scalar_type(dtype)));
  });
}

char* tg_item(double* out, const tg_tensor* x) {
  return guard([&] { *out = value(x).item().toDouble(); });
}

char* tg_to_dtype(tg_tensor** out, const tg_tensor* x, int32_t dtype) {
  return guard([&] { *out = wrap(value(x).to(scalar_type(dtype))); });
}

char* tg_to_device(tg_tensor** out, const tg_tensor* x, int32_t device) {
  return guard([&] {
    const at::Tensor& t = value(x);
    // Only a copy from pinned memory can run while the CPU goes on.
    bool ahead = device != TG_CPU && t.is_cpu() && t.is_pinned();
    *out = wrap(t.to(seetell::device(device), t.scalar_type(), ahead));
  });
}

char* tg_detach(tg_tensor** out, const tg_tensor* x) {
  return guard([&] { *out = wrap(value(x).detach()); });
}

char* tg_clone(tg_tensor** out, const tg_tensor* x) {
  return guard([&] { *out = wrap(value(x).clone()); });
}

char* tg_contiguous(tg_tensor** out, const tg_tensor* x) {
  return guard([&] { *out = wrap(value(x).contiguous()); });
}

char* tg_channels_last(tg_tensor** out, const tg_tensor* x) {
  return guard([&] {
    *out = wrap(value(x).contiguous(at::MemoryFormat::ChannelsLast));
  });
}

char* tg_pin_memory(tg_tensor** out, const tg_tensor* x) {
  return guard([&] { *out = wrap(value(x).pin_memory()); });
}
