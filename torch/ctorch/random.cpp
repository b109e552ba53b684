// The CPU's random numbers.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>

#include "internal.h"

using namespace seetell;

char* tg_manual_seed(uint64_t seed) {
  return guard([&] {
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_current_seed(seed);
  });
}

// tg_random_state writes the state's size and, unless data is NULL, the state.
char* tg_random_state(uint8_t* data, int64_t* size) {
  return guard([&] {
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    std::lock_guard<std::mutex> lock(generator.mutex());
    at::Tensor state = generator.get_state();
    *size = state.numel();
    if (data) std::memcpy(data, state.const_data_ptr(), state.nbytes());
  });
}

char* tg_set_random_state(const uint8_t* data, int64_t size) {
  return guard([&] {
    check_memory(data, size);
    at::Tensor state = at::empty({size}, at::kByte);
    if (size > 0) std::memcpy(state.mutable_data_ptr(), data, size);
    at::Generator generator = at::detail::getDefaultCPUGenerator();
    std::lock_guard<std::mutex> lock(generator.mutex());
    generator.set_state(state);
  });
}
