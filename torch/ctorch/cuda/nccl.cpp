// Collectives of CUDA tensors: libtorch's c10d with NCCL.
#define USE_C10D_NCCL  // libtorch is built with it; its headers ask
#include <c10/cuda/CUDAGuard.h>

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include "../internal.h"
#include "../world.h"
#include "ctorch_nccl.h"

using seetell::guard;

const char* tg_nccl_signature() noexcept { return TG_NCCL_SIGNATURE; }

const size_t* tg_nccl_layout() noexcept {
  static const size_t layout[] = TG_NCCL_LAYOUT;
  return layout;
}

char* tg_nccl_open(tg_world* w, int32_t device) {
  return guard([&] {
    TORCH_CHECK(w->group, "the connection to the others was closed");
    c10::cuda::CUDAGuard current(static_cast<c10::DeviceIndex>(device));
    auto options = c10d::ProcessGroupNCCL::Options::create();
    options->timeout = std::chrono::milliseconds(w->timeout_ms);
    auto store = c10::make_intrusive<c10d::PrefixStore>("cuda/", w->store);
    auto nccl = c10::make_intrusive<c10d::ProcessGroupNCCL>(store, w->rank,
                                                            w->size, options);
    nccl->setSequenceNumberForGroup();
    w->group->setBackend(at::kCUDA, c10d::ProcessGroup::BackendType::NCCL,
                         nccl);
  });
}
