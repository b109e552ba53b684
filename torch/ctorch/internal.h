// What every file of the shim shares: handles, lists, and the guard that turns
// each C++ exception into a message.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/GradMode.h>

#include <cstring>
#include <optional>
#include <tuple>
#include <vector>

#include "ctorch.h"

struct tg_tensor {
  at::Tensor value;
};

namespace seetell {

// message returns a malloc'd copy of text.
char* message(const char* text) noexcept;

// describe_exception returns the message of the exception being handled.
char* describe_exception() noexcept;

// guard runs body; it returns NULL, or what the body threw as a message.
template <typename Body>
char* guard(const Body& body) noexcept {
  try {
    body();
    return nullptr;
  } catch (...) {
    return describe_exception();
  }
}

// guard_no_grad is guard for writes in place, which leave no trace in a graph.
template <typename Body>
char* guard_no_grad(const Body& body) noexcept {
  return guard([&] {
    c10::NoGradGuard no_grad;
    body();
  });
}

// tell_threads tells this thread how many an operator has, which OpenMP keeps
// per thread.
void tell_threads();

// wrap makes a handle, which the caller owns.
tg_tensor* wrap(at::Tensor value);

// wrap_all makes the handles of an entry with several outputs: all, or none
// where it throws.
void wrap_all(tg_tensor** out, std::vector<at::Tensor> values);

// wrap_all for what an operator returned as a pair.
inline void wrap_all(tg_tensor** out, std::tuple<at::Tensor, at::Tensor> pair) {
  wrap_all(out, std::vector<at::Tensor>{std::move(std::get<0>(pair)),
                                        std::move(std::get<1>(pair))});
}

inline const at::Tensor& value(const tg_tensor* x) {
  TORCH_CHECK(x, "a tensor is missing");
  return x->value;
}

// optional is x's tensor, or none where x is NULL.
inline std::optional<at::Tensor> optional(const tg_tensor* x) {
  return x ? std::optional<at::Tensor>(x->value) : std::nullopt;
}

at::IntArrayRef list(const tg_sizes& sizes);
inline at::IntArrayRef list(const int64_t (&pair)[2]) { return {pair, 2}; }
std::vector<at::Tensor> list(const tg_list& tensors);

at::ScalarType scalar_type(int32_t dtype);
int32_t dtype_number(at::ScalarType type);
at::Device device(int32_t device);
int32_t device_number(const at::Device& device);

// check_memory refuses a count that is negative, and no memory for one that is
// not 0.
void check_memory(const void* memory, int64_t count);

// scalar is number as an integer where x holds integers and number is one, so
// that x's type does not change.
at::Scalar scalar(const at::Tensor& x, double number);

}  // namespace seetell
