// See gloo/algorithm.h.
#pragma once

#include <chrono>

namespace gloo {

// Used through pointers alone.
class Context {
 public:
  void setTimeout(std::chrono::milliseconds);
};

}  // namespace gloo
