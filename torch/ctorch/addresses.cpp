// Addresses that are left to others where a process has few (ulimit -v).
#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>

#include "internal.h"

namespace {

// taken returns how many bytes of addresses the process has taken.
size_t taken() noexcept {
  size_t pages = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%zu", &pages) != 1) pages = 0;
    std::fclose(file);
  }
  return pages * 4096;
}

// Sparing gives tensors memory up to a limit below the process's own: where a
// tensor gets none libtorch says so, and oneDNN, the C library and Go's
// runtime, which end the process, still get theirs.
class Sparing final : public c10::Allocator {
 public:
  Sparing(c10::Allocator* inner, size_t limit) : inner_(inner), limit_(limit) {}

  c10::DataPtr allocate(size_t bytes) override {
    c10::DataPtr data = inner_->allocate(bytes);
    TORCH_CHECK(bytes < small || taken() <= limit_,
                "not enough memory: ", bytes,
                " bytes for a tensor, where the process may take no more "
                "addresses (ulimit -v)");
    return data;
  }

  c10::DeleterFnPtr raw_deleter() const override {
    return inner_->raw_deleter();
  }

  void copy_data(void* to, const void* from, size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }

 private:
  static constexpr size_t small = 1 << 16;
  c10::Allocator* inner_;
  size_t limit_;
};

// A program asks for it by a variable, in bytes, before libtorch is opened
// (TuneProcess of package torch).
const bool spared = [] {
  rlimit limit;
  const char* spare = std::getenv("SEETELL_SPARE_ADDRESSES");
  if (!spare || getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
    return false;
  const size_t bytes = std::strtoull(spare, nullptr, 10);
  if (bytes >= limit.rlim_cur) return false;
  static Sparing allocator(c10::GetCPUAllocator(), limit.rlim_cur - bytes);
  c10::SetCPUAllocator(&allocator, 1);
  return true;
}();

}  // namespace
