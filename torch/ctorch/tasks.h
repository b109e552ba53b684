// What threads that learn side by side do together: see tasks.cpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

namespace seetell {

// Part is what one of them gives to the gradient of a weight: what a layer
// read, and the gradient of what it put out.
struct Part {
  at::Tensor x, g;
};
using Parts = std::vector<Part>;

// Pictures point to what lies in memory of each picture of all parts, in the
// order (H, W, C).
class Pictures {
 public:
  Pictures(const Parts& parts, at::Tensor Part::* which);
  const void* operator[](int64_t i) const { return all_[i]; }
  int64_t size() const { return static_cast<int64_t>(all_.size()); }

 private:
  std::vector<at::Tensor> held_;
  std::vector<const void*> all_;
};

// leave_gradient leaves the gradient of a weight, of all threads' parts in
// their order, to whoever is done first, and reports whether it did: there are
// others. By the time that this thread's tg_tasks_leave returns it is computed
// and added, without recording gradients and past hooks. It is computed once of
// all parts where these are of one kind and, but for how many pictures they
// have, of one shape and type, else of each.
bool leave_gradient(const at::Tensor& weight, const Part& part, int64_t kind,
                    std::function<at::Tensor(const Parts&)> gradient);

// What is made of a weight for.
enum class Purpose { kPairs, kPairsTurned, kTurnedTwo, kTurnedFour };

// together returns what make makes and fill fills, piece by piece, for the
// weight and that purpose of it: once for all threads, which share the pieces.
at::Tensor together(
    const at::Tensor& weight, Purpose purpose, int64_t pieces,
    const std::function<at::Tensor()>& make,
    const std::function<void(const at::Tensor&, int64_t)>& fill);

}  // namespace seetell
