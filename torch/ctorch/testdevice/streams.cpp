// The test device as c10 knows it: one, with streams and events. Operators run
// at once, on whichever stream; what others than the default one were given to
// copy waits, in one queue.
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <set>

#include "device.h"

namespace testdevice {

namespace {

constexpr c10::StreamId kDefault = 0;

std::mutex lock;
std::deque<std::function<void()>> queue;  // of the other streams
int64_t taken = 0, done = 0;              // that left it, and that ran

thread_local c10::StreamId current = kDefault;

// finish runs what the other streams were given up to the nth.
void finish(int64_t n) {
  static std::mutex one_at_a_time;
  std::lock_guard<std::mutex> alone(one_at_a_time);
  for (;;) {
    std::function<void()> work;  // which gives pinned memory back, unlocked
    {
      std::lock_guard<std::mutex> hold(lock);
      if (taken >= n || queue.empty()) return;
      work = std::move(queue.front());
      queue.pop_front();
      taken++;
    }
    work();
    std::lock_guard<std::mutex> hold(lock);
    done++;
  }
}

int64_t given() {
  std::lock_guard<std::mutex> hold(lock);
  return taken + static_cast<int64_t>(queue.size());
}

c10::Stream stream(c10::StreamId id) {
  return c10::Stream(c10::Stream::UNSAFE, kDevice, id);
}

// An event is the number of what the other streams were given before it.
struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return kDevice.type(); }
  c10::Device exchangeDevice(c10::Device) const override { return kDevice; }
  c10::Device getDevice() const override { return kDevice; }
  void setDevice(c10::Device) const override {}
  void uncheckedSetDevice(c10::Device) const noexcept override {}
  c10::DeviceIndex deviceCount() const noexcept override { return 1; }

  c10::Stream getStream(c10::Device) const override { return stream(current); }
  c10::Stream getDefaultStream(c10::Device) const override {
    return stream(kDefault);
  }
  c10::Stream getStreamFromGlobalPool(c10::Device, bool) const override {
    static std::atomic<c10::StreamId> last{kDefault};
    return stream(++last);
  }
  c10::Stream exchangeStream(c10::Stream next) const override {
    c10::Stream before = stream(current);
    current = next.id();
    return before;
  }

  void record(void** event, const c10::Stream& on, const c10::DeviceIndex,
              const c10::EventFlag) const override {
    if (!*event) *event = new int64_t;
    *static_cast<int64_t*>(*event) = on.id() == kDefault ? 0 : given();
  }
  void block(void* event, const c10::Stream&) const override {
    synchronizeEvent(event);
  }
  void destroyEvent(void* event,
                    const c10::DeviceIndex) const noexcept override {
    delete static_cast<int64_t*>(event);
  }
  bool queryEvent(void* event) const override {
    std::lock_guard<std::mutex> hold(lock);
    return !event || *static_cast<int64_t*>(event) <= done;
  }
  void synchronizeEvent(void* event) const override {
    if (event) finish(*static_cast<int64_t*>(event));
  }
  void synchronizeStream(const c10::Stream& on) const override {
    if (on.id() != kDefault) finish(given());
  }
  void synchronizeDevice(const c10::DeviceIndex) const override {
    finish(given());
  }
};

C10_REGISTER_GUARD_IMPL(PrivateUse1, Guard);

// Pinned memory is the CPU's, and remembered.
std::set<const void*> pinned;

struct PinnedMemory final : c10::Allocator {
  c10::DataPtr allocate(size_t size) override {
    c10::DataPtr data = c10::GetCPUAllocator()->allocate(size);
    void* bytes = data.release_context();
    std::lock_guard<std::mutex> hold(lock);
    pinned.insert(bytes);
    return {bytes, bytes, release, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return release; }
  void copy_data(void* to, const void* from, size_t size) const override {
    default_copy_data(to, from, size);
  }

  static void release(void* bytes) {
    {
      std::lock_guard<std::mutex> hold(lock);
      pinned.erase(bytes);
    }
    c10::GetCPUAllocator()->raw_deleter()(bytes);
  }
};

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return 1; }
  c10::DeviceIndex getCurrentDevice() const override { return 0; }
  bool isPinnedPtr(const void* data) const override {
    std::lock_guard<std::mutex> hold(lock);
    return pinned.count(data) > 0;
  }
  c10::Allocator* getPinnedMemoryAllocator() const override {
    static PinnedMemory memory;
    return &memory;
  }
};

const bool registered = [] {
  at::SetAllocator(c10::kPrivateUse1, memory());
  static Hooks hooks;
  at::RegisterPrivateUse1HooksInterface(&hooks);
  c10::register_privateuse1_backend("testdevice");
  return true;
}();

}  // namespace

c10::StreamId current_stream() { return current; }

void later(std::function<void()> work) {
  if (current == kDefault) return work();
  std::lock_guard<std::mutex> hold(lock);
  queue.push_back(std::move(work));
}

}  // namespace testdevice
