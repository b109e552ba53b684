// The library itself: versions, threads, and the state of a thread.
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <omp.h>
#include <torch/headeronly/version.h>

#include "internal.h"

// libtorch's own, from torch/csrc/inductor/aoti_torch/c/shim.h.
extern "C" uint64_t aoti_torch_abi_version();

const char* tg_signature() noexcept { return TG_SIGNATURE; }

const size_t* tg_layout() noexcept {
  static const size_t layout[] = TG_LAYOUT;
  return layout;
}

const char* tg_compiled_version() noexcept { return TORCH_VERSION; }

uint64_t tg_compiled_abi() noexcept { return TORCH_ABI_VERSION; }

uint64_t tg_running_abi() noexcept { return aoti_torch_abi_version(); }

// More than any machine has of use: OpenMP ends the process where it cannot
// start as many as it was told.
static constexpr int32_t kMaxThreads = 4096;

char* tg_set_threads(int32_t n) {
  return seetell::guard([&] {
    TORCH_CHECK(n > 0 && n <= kMaxThreads, n, " threads: there can be 1 to ",
                kMaxThreads);
    at::set_num_threads(n);
  });
}

int32_t tg_threads() noexcept { return at::get_num_threads(); }

namespace {

thread_local bool alone = false;

// set_own_threads tells OpenMP, and MKL where libtorch has it, on this thread;
// at::set_num_threads would tell later threads too.
void set_own_threads(int n) {
  omp_set_num_threads(n);
  using Set = int (*)(int);
  static const auto set =
      reinterpret_cast<Set>(dlsym(RTLD_DEFAULT, "MKL_Set_Num_Threads_Local"));
  if (set) set(n);
}

}  // namespace

void seetell::tell_threads() {
  at::init_num_threads();
  if (alone) set_own_threads(1);
}

char* tg_work_alone() {
  return seetell::guard([&] {
    alone = true;
    // Libtorch sets up a thread that it meets first, and so does what of it is
    // compiled into this library.
    at::get_num_threads();
    at::internal::lazy_init_num_threads();
    seetell::tell_threads();
  });
}

char* tg_enter_thread(bool* previous, bool no_grad) {
  return seetell::guard([&] {
    seetell::tell_threads();
    *previous = c10::GradMode::is_enabled();
    if (no_grad) c10::GradMode::set_enabled(false);
  });
}

void tg_leave_thread(bool previous) noexcept {
  c10::GradMode::set_enabled(previous);
}
