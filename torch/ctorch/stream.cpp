// A stream of a device beside its default one, for a while.
#include <c10/core/DeviceGuard.h>
#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "internal.h"

using namespace seetell;

struct tg_stream {
  c10::Stream own;
  c10::Stream before;  // the thread's, while it is on this one
};

// follow has what a stream is given from now on wait for what another was
// given.
static void follow(c10::Stream stream, c10::Stream other) {
  c10::DeviceGuard on(stream.device());
  c10::Event done(stream.device_type());
  done.record(other);
  done.block(stream);
}

char* tg_stream_new(tg_stream** out, int32_t device) {
  return guard([&] {
    at::Device where = seetell::device(device);
    TORCH_CHECK(where.is_cuda() || where.is_privateuseone(), where,
                " has no streams");
    c10::impl::VirtualGuardImpl guard(where.type());
    c10::Stream own = guard.getStreamFromGlobalPool(where);
    *out = new tg_stream{own, own};
  });
}

char* tg_stream_enter(tg_stream* stream) {
  return guard([&] {
    TORCH_CHECK(stream, "there is no stream");
    c10::impl::VirtualGuardImpl guard(stream->own.device_type());
    stream->before = guard.getStream(stream->own.device());
    follow(stream->own, stream->before);
    guard.exchangeStream(stream->own);
  });
}

char* tg_stream_leave(tg_stream* stream) {
  return guard([&] {
    TORCH_CHECK(stream, "there is no stream");
    c10::impl::VirtualGuardImpl guard(stream->own.device_type());
    guard.exchangeStream(stream->before);
    follow(stream->before, stream->own);
  });
}

void tg_stream_free(tg_stream* stream) noexcept { delete stream; }
