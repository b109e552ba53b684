#include "internal.h"

#include <c10/util/Exception.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <new>

namespace seetell {

char* message(const char* text) noexcept {
  // Set aside at start, for the day when not even a message can be allocated.
  static std::atomic<char*> last_resort{strdup("not enough memory")};
  char* copy = strdup(text);
  return copy ? copy : last_resort.exchange(nullptr);
}

char* describe_exception() noexcept {
  try {
    throw;
  } catch (const c10::Error& e) {
    return message(e.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return message("not enough memory (std::bad_alloc)");
  } catch (const std::exception& e) {
    return message(e.what());
  } catch (...) {
    return message("an exception of unknown type");
  }
}

at::IntArrayRef list(const tg_sizes& sizes) {
  TORCH_CHECK(sizes.count >= 0 && sizes.count <= TG_MAX_RANK, sizes.count,
              " dimensions: there can be 0 to ", int{TG_MAX_RANK});
  return {sizes.values, static_cast<size_t>(sizes.count)};
}

std::vector<at::Tensor> list(const tg_list& tensors) {
  check_memory(tensors.tensors, tensors.count);
  std::vector<at::Tensor> out;
  out.reserve(tensors.count);
  for (int64_t i = 0; i < tensors.count; i++) {
    out.push_back(value(tensors.tensors[i]));
  }
  return out;
}

// In the order of the header's enumeration.
static constexpr at::ScalarType kTypes[TG_OTHER] = {
    at::kFloat, at::kBFloat16, at::kDouble, at::kLong,
    at::kInt,   at::kByte,     at::kBool,
};

at::ScalarType scalar_type(int32_t dtype) {
  TORCH_CHECK(dtype >= 0 && dtype < TG_OTHER, "unknown dtype number ", dtype);
  return kTypes[dtype];
}

int32_t dtype_number(at::ScalarType type) {
  for (int32_t i = 0; i < TG_OTHER; i++) {
    if (kTypes[i] == type) return i;
  }
  return TG_OTHER;
}

at::Device device(int32_t device) {
  switch (device) {
    case TG_CPU:
      return at::Device(at::kCPU);
    case TG_META:
      return at::Device(at::kMeta);
    case TG_PRIVATE_USE:
      return at::Device(at::kPrivateUse1, 0);
    default:
      TORCH_CHECK(
          device >= 0 && device <= std::numeric_limits<at::DeviceIndex>::max(),
          "unknown device number ", device);
      return at::Device(at::kCUDA, static_cast<at::DeviceIndex>(device));
  }
}

int32_t device_number(const at::Device& device) {
  switch (device.type()) {
    case at::kCPU:
      return TG_CPU;
    case at::kMeta:
      return TG_META;
    case at::kPrivateUse1:
      return TG_PRIVATE_USE;
    default:
      return device.index();
  }
}

void check_memory(const void* memory, int64_t count) {
  TORCH_CHECK(count >= 0 && (memory || count == 0), "no memory for ", count,
              " values");
}

at::Scalar scalar(const at::Tensor& x, double number) {
  bool whole = number == std::trunc(number) && std::abs(number) < 0x1p53;
  if (whole && at::isIntegralType(x.scalar_type(), /*includeBool=*/false)) {
    return static_cast<int64_t>(number);
  }
  return number;
}

}  // namespace seetell
