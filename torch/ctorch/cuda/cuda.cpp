// What only CUDA can answer: its devices, their memory and random numbers.
#include <ATen/Context.h>
#include <ATen/ops/empty.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>
#include <torch/headeronly/version.h>

#include <cstdio>
#include <mutex>

#include "../internal.h"
#include "ctorch_cuda.h"

using seetell::guard;
namespace allocator = c10::cuda::CUDACachingAllocator;

// on starts CUDA, once, and makes device the current one for a scope.
static c10::cuda::CUDAGuard on(int32_t device) {
  at::globalContext().lazyInitDevice(at::kCUDA);
  return c10::cuda::CUDAGuard(static_cast<at::DeviceIndex>(device));
}

const char* tg_cuda_signature() noexcept { return TG_CUDA_SIGNATURE; }

const size_t* tg_cuda_layout() noexcept {
  static const size_t layout[] = TG_CUDA_LAYOUT;
  return layout;
}

const char* tg_cuda_compiled_version() noexcept { return TORCH_VERSION; }

char* tg_cuda_count(int32_t* out) {
  return guard([&] {
    *out = c10::cuda::device_count();
    TORCH_CHECK(*out == 0 || at::globalContext().hasCUDA(),
                "libtorch was used before its CUDA library was opened: open "
                "CUDA, by ParseDevice, first");
  });
}

char* tg_cuda_name(char* out, int64_t size, int32_t device) {
  return guard([&] {
    cudaDeviceProp properties;
    C10_CUDA_CHECK(cudaGetDeviceProperties(&properties, device));
    std::snprintf(out, size, "%s", properties.name);
  });
}

char* tg_cuda_capability(int32_t* major, int32_t device) {
  return guard([&] {
    C10_CUDA_CHECK(cudaDeviceGetAttribute(
        major, cudaDevAttrComputeCapabilityMajor, device));
  });
}

char* tg_cuda_synchronize(int32_t device) {
  return guard([&] {
    auto current = on(device);
    c10::cuda::device_synchronize();
  });
}

char* tg_cuda_memory(tg_cuda_memory_info* out, int32_t device) {
  return guard([&] {
    auto current = on(device);
    auto stats = allocator::getDeviceStats(device);
    constexpr auto kAll =
        static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
    out->allocated = stats.allocated_bytes[kAll].current;
    out->peak = stats.allocated_bytes[kAll].peak;
    out->reserved = stats.reserved_bytes[kAll].current;
    size_t free = 0, total = 0;
    C10_CUDA_CHECK(cudaMemGetInfo(&free, &total));
    out->free = static_cast<int64_t>(free);
    out->total = static_cast<int64_t>(total);
  });
}

char* tg_cuda_reset_peak(int32_t device) {
  return guard([&] {
    auto current = on(device);
    allocator::resetPeakStats(device);
  });
}

static const at::Generator& generator(int32_t device) {
  at::globalContext().lazyInitDevice(at::kCUDA);
  return at::globalContext().defaultGenerator(
      at::Device(at::kCUDA, static_cast<at::DeviceIndex>(device)));
}

char* tg_cuda_manual_seed(uint64_t seed) {
  return guard([&] {
    for (int32_t i = 0; i < c10::cuda::device_count(); i++) {
      at::Generator g = generator(i);
      std::lock_guard<std::mutex> lock(g.mutex());
      g.set_current_seed(seed);
    }
  });
}

// Writes the state's size and, unless data is NULL, the state.
char* tg_cuda_random_state(uint8_t* data, int64_t* size, int32_t device) {
  return guard([&] {
    at::Generator g = generator(device);
    std::lock_guard<std::mutex> lock(g.mutex());
    at::Tensor state = g.get_state();
    *size = state.numel();
    if (data) std::memcpy(data, state.const_data_ptr(), state.nbytes());
  });
}

char* tg_cuda_set_random_state(const uint8_t* data, int64_t size,
                               int32_t device) {
  return guard([&] {
    at::Tensor state = at::empty({size}, at::kByte);
    std::memcpy(state.mutable_data_ptr(), data, size);
    at::Generator g = generator(device);
    std::lock_guard<std::mutex> lock(g.mutex());
    g.set_state(state);
  });
}
