// A device for tests, of libtorch's PrivateUse1, that trips over what a GPU
// trips over. It computes on the CPU, but an operator whose tensors lie on two
// devices is refused; the addresses of its memory cannot be read by the
// processor; fresh memory holds NaN; and what a stream copies from pinned
// memory arrives when somebody waits for it, and no sooner.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Allocator.h>

#include <functional>

namespace testdevice {

inline const c10::Device kDevice{c10::kPrivateUse1, 0};

// memory is the device's allocator.
c10::Allocator* memory();

// on_host is a view of x's memory for the processor.
at::Tensor on_host(const at::Tensor& x);

// later runs work when somebody waits for this thread's stream, or at once
// where that is the default one.
void later(std::function<void()> work);

}  // namespace testdevice
