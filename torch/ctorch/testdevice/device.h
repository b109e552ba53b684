// A device for tests, of libtorch's PrivateUse1, that trips over what a GPU
// trips over. It computes on the CPU, but an operator whose tensors lie on two
// devices is refused; the addresses of its memory cannot be read by the
// processor; fresh memory holds NaN; what a stream copies from pinned memory
// arrives when somebody waits for it, and no sooner; and while a stream is
// captured in a graph, what would make the processor wait for a value is
// refused.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/core/ivalue.h>
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

// current_stream is this thread's.
c10::StreamId current_stream();

// capturing reports whether what this thread's stream is given is captured.
bool capturing();

// Inside is held while an operator works: those that it asks for are its own
// business, and nothing that a graph captures or refuses.
struct Inside {
  Inside();
  ~Inside();
};

// kept are values whose tensors have the same memory and belong to no graph of
// autograd's.
std::vector<c10::IValue> kept(const std::vector<c10::IValue>& values);

// capture has each replay of the graph that is being captured do work again,
// on kept inputs; it returns what goes into the memory of outputs. Outputs that
// are no inputs hold NaN until then.
void capture(std::function<std::vector<c10::IValue>()> work,
             const std::vector<c10::IValue>& inputs,
             const std::vector<c10::IValue>& outputs);

}  // namespace testdevice
