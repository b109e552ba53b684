// See gloo/algorithm.h.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace gloo::rendezvous {

// The base of libtorch's adapter of its own stores; the order of the virtual
// functions is part of the binary interface.
class Store {
 public:
  using Keys = std::vector<std::string>;
  using Value = std::vector<char>;

  virtual ~Store() = default;
  virtual void set(const std::string& key, const Value& value) = 0;
  virtual Value get(const std::string& key) = 0;
  virtual void wait(const Keys& keys) = 0;
  virtual void wait(const Keys& keys,
                    const std::chrono::milliseconds& longest) = 0;
};

}  // namespace gloo::rendezvous
