// Processes that have met, as the libraries for CPU and CUDA both know them.
#ifndef SEETELL_WORLD_H
#define SEETELL_WORLD_H

#include <ATen/core/Tensor.h>

#include <map>
#include <string>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <utility>
#include <vector>

#include "ctorch_world.h"

// What is on its way to become a sum, and where it travels if not in place.
struct tg_travelling {
  std::vector<at::Tensor> tensors, places;
  c10::intrusive_ptr<c10d::Work> work;
};

struct tg_world {
  int32_t rank, size;
  c10::intrusive_ptr<c10d::Store> store;  // of this meeting
  c10::intrusive_ptr<c10d::ProcessGroup> group;
  bool checked;  // the processes say what they are about to do, and compare
  int64_t timeout_ms;
  // Where values travel, by device and place in the list of what does.
  std::map<std::pair<std::string, size_t>, at::Tensor> buffers{};
  std::vector<tg_travelling> travelling{};
};

#endif
