// Copies to a device that run beside what it computes: from pinned memory, on a
// stream of their own.
#include <ATen/ops/empty.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <map>
#include <mutex>

#include "internal.h"

using namespace seetell;

struct tg_upload {
  at::Tensor value;  // of the copies' stream
  c10::Event done;
};

// copies is the stream of a device that its copies share: memory that one has
// given back serves the next.
static c10::Stream copies(const at::Device& device) {
  static std::mutex lock;
  static std::map<at::Device, c10::Stream, bool (*)(at::Device, at::Device)>
      streams([](at::Device a, at::Device b) {
        return std::make_pair(a.type(), a.index()) <
               std::make_pair(b.type(), b.index());
      });
  std::lock_guard<std::mutex> hold(lock);
  auto found = streams.find(device);
  if (found == streams.end()) {
    c10::impl::VirtualGuardImpl guard(device.type());
    found =
        streams.emplace(device, guard.getStreamFromGlobalPool(device)).first;
  }
  return found->second;
}

char* tg_upload_begin(tg_upload** out, const void* data, tg_sizes shape,
                      int32_t dtype, int32_t device) {
  return guard([&] {
    at::Device where = seetell::device(device);
    TORCH_CHECK(where.is_cuda() || where.is_privateuseone(),
                "nothing is copied ", "to ", where, " beside what it computes");
    at::ScalarType type = scalar_type(dtype);
    at::Tensor pinned =
        at::empty(list(shape), at::TensorOptions(type).pinned_memory(true));
    check_memory(data, pinned.numel());
    if (pinned.nbytes() > 0)
      std::memcpy(pinned.mutable_data_ptr(), data, pinned.nbytes());
    c10::DeviceGuard on(where);
    c10::Stream stream = copies(where);
    c10::StreamGuard beside(stream);
    at::Tensor x =
        at::empty(list(shape), at::TensorOptions(type).device(where));
    x.copy_(pinned, /*non_blocking=*/true);
    c10::Event done(where.type());
    done.record(stream);
    *out = new tg_upload{std::move(x), std::move(done)};
  });
}

char* tg_upload_end(tg_tensor** out, const tg_upload* upload) {
  return guard([&] {
    TORCH_CHECK(upload, "there is no upload");
    const at::Device where = upload->value.device();
    c10::DeviceGuard on(where);
    c10::impl::VirtualGuardImpl guard(where.type());
    c10::Stream now = guard.getStream(where);
    upload->done.block(now);
    at::Tensor x = upload->value;
    x.record_stream(now);  // who may still read it when it is freed
    *out = wrap(std::move(x));
  });
}

void tg_upload_free(tg_upload* upload) noexcept { delete upload; }
