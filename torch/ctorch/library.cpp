// The library itself: versions, threads, and the state of a thread.
#include <ATen/Parallel.h>
#include <torch/headeronly/version.h>

#include "internal.h"

// libtorch's own, from torch/csrc/inductor/aoti_torch/c/shim.h.
extern "C" uint64_t aoti_torch_abi_version();

const char* tg_signature() { return TG_SIGNATURE; }

const char* tg_compiled_version() { return TORCH_VERSION; }

uint64_t tg_compiled_abi() { return TORCH_ABI_VERSION; }

uint64_t tg_running_abi() { return aoti_torch_abi_version(); }

char* tg_set_threads(int32_t n) {
  return seetell::guard([&] { at::set_num_threads(n); });
}

int32_t tg_threads() { return at::get_num_threads(); }

// OpenMP keeps its number of threads per thread, so each that enters is told.
bool tg_enter_thread(bool no_grad) {
  at::init_num_threads();
  bool previous = c10::GradMode::is_enabled();
  if (no_grad) c10::GradMode::set_enabled(false);
  return previous;
}

void tg_leave_thread(bool previous) { c10::GradMode::set_enabled(previous); }
