// Threads that learn side by side, each from its part of a batch, have the same
// weights. What depends on them alone they do once, together. And a weight's
// gradient is computed once of all parts, when each has come by it: nothing
// waits for it, so whoever is done first takes it, and threads end together
// although the processor's cores are not equally fast.
#include "tasks.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/variable.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "internal.h"

using namespace seetell;
using at::Tensor;

namespace {

// Given is a thread's part, and how a gradient is computed of such parts.
struct Given {
  Part part;
  int64_t kind = 0, version_of_x = 0, version_of_g = 0;
  std::function<Tensor(const Parts&)> gradient;

  // goes_with reports whether one gradient can be computed of both parts.
  bool goes_with(const Given& other) const {
    auto alike = [](const Tensor& a, const Tensor& b) {
      return a.scalar_type() == b.scalar_type() && a.dim() == b.dim() &&
             a.sizes().slice(1) == b.sizes().slice(1);
    };
    return kind == other.kind && alike(part.x, other.part.x) &&
           alike(part.g, other.part.g);
  }

  void check() const {
    TORCH_CHECK(
        part.x._version() == version_of_x && part.g._version() == version_of_g,
        "what a gradient is computed from was modified in place");
  }
};

// Left is a gradient that is left, with what has been given so far.
struct Left {
  std::vector<std::optional<Given>> given;  // by thread
  int come = 0;
  std::shared_ptr<torch::autograd::Node> add;

  void compute() {
    std::vector<Given> all;
    for (auto& one : given) {
      if (!one) continue;
      one->check();
      all.push_back(std::move(*one));
    }
    Parts together;
    for (const Given& one : all)
      if (one.goes_with(all[0])) together.push_back(one.part);
    if (together.size() == all.size()) return give(all[0].gradient(together));
    for (const Given& one : all) give(one.gradient({one.part}));
  }

  void give(Tensor gradient) {
    torch::autograd::variable_list one{std::move(gradient)};
    (*add)(std::move(one));
  }
};

// Common is what threads make together.
struct Common {
  Tensor weight;  // which so stays where it is
  int64_t version = 0;
  Tensor made;
  std::atomic<int64_t> begun = 0, done = 0;  // pieces
  int users = 0;
};

// A weight, and how many times a thread has come by it.
using Use = std::pair<c10::TensorImpl*, int>;

}  // namespace

struct tg_tasks {
  int threads = 1;
  std::mutex mutex;
  std::condition_variable changed;
  std::map<Use, std::shared_ptr<Left>> incomplete;
  std::deque<std::shared_ptr<Left>> queue;
  std::map<std::pair<c10::TensorImpl*, Purpose>, std::shared_ptr<Common>>
      common;
  std::vector<bool> entered;
  int left = 0;     // threads that leave nothing any more
  int running = 0;  // gradients that a thread is at
  std::exception_ptr failed;
};

namespace {

thread_local tg_tasks* current = nullptr;
thread_local int number = 0;  // of this thread among them
thread_local std::map<c10::TensorImpl*, int> passed;  // weights, how often

// take computes gradients until there are none and nobody leaves any more.
void take(tg_tasks& tasks) {
  c10::NoGradGuard no_grad;
  std::unique_lock<std::mutex> lock(tasks.mutex);
  for (;;) {
    if (!tasks.queue.empty()) {
      auto task = std::move(tasks.queue.front());
      tasks.queue.pop_front();
      tasks.running++;
      lock.unlock();
      std::exception_ptr failed;
      try {
        task->compute();
      } catch (...) {
        failed = std::current_exception();
      }
      task = nullptr;  // and what it held
      lock.lock();
      tasks.running--;
      if (failed && !tasks.failed) tasks.failed = failed;
      continue;
    }
    if (tasks.left == tasks.threads && tasks.running == 0) break;
    tasks.changed.wait(lock);
  }
  tasks.changed.notify_all();
}

}  // namespace

namespace seetell {

Pictures::Pictures(const Parts& parts, Tensor Part::* which) {
  for (const Part& part : parts) {
    held_.push_back((part.*which).contiguous(at::MemoryFormat::ChannelsLast));
    const Tensor& x = held_.back();
    const int64_t bytes = x.size(0) ? x.nbytes() / x.size(0) : 0;
    for (int64_t i = 0; i < x.size(0); i++)
      all_.push_back(static_cast<const char*>(x.const_data_ptr()) + i * bytes);
  }
}

bool leave_gradient(const Tensor& weight, const Part& part, int64_t kind,
                    std::function<Tensor(const Parts&)> gradient) {
  if (!current || current->threads == 1 || !weight.is_leaf()) return false;
  auto add = torch::autograd::impl::grad_accumulator(weight);
  if (!add) return false;
  auto fresh = std::make_shared<Left>();
  fresh->given.resize(current->threads);
  fresh->add = std::move(add);
  const Use use{weight.unsafeGetTensorImpl(),
                passed[weight.unsafeGetTensorImpl()]++};
  std::lock_guard<std::mutex> lock(current->mutex);
  auto left = current->incomplete.emplace(use, std::move(fresh)).first->second;
  left->given[number] = Given{part, kind, part.x._version(), part.g._version(),
                              std::move(gradient)};
  if (++left->come < current->threads) return true;
  current->queue.push_back(std::move(left));
  current->incomplete.erase(use);
  current->changed.notify_one();
  return true;
}

Tensor together(const Tensor& weight, Purpose purpose, int64_t pieces,
                const std::function<Tensor()>& make,
                const std::function<void(const Tensor&, int64_t)>& fill) {
  if (!current || current->threads == 1) {
    Tensor made = make();
    at::parallel_for(0, pieces, 1, [&](int64_t from, int64_t to) {
      for (int64_t i = from; i < to; i++) fill(made, i);
    });
    return made;
  }
  const std::pair key{weight.unsafeGetTensorImpl(), purpose};
  const int64_t version = weight.is_inference() ? 0 : weight._version();
  std::shared_ptr<Common> common;
  {
    std::lock_guard<std::mutex> lock(current->mutex);
    auto& entry = current->common[key];
    if (!entry || entry->version != version) {
      auto common = std::make_shared<Common>();
      common->weight = weight;
      common->version = version;
      common->made = make();
      entry = std::move(common);
    }
    common = entry;
    if (++common->users == current->threads) current->common.erase(key);
  }
  struct Done {  // also where fill throws, which nobody waits for
    std::atomic<int64_t>& count;
    ~Done() { count++; }
  };
  for (int64_t i; (i = common->begun++) < pieces;) {
    Done done{common->done};
    fill(common->made, i);
  }
  while (common->done < pieces) std::this_thread::yield();
  return common->made;
}

}  // namespace seetell

char* tg_tasks_new(tg_tasks** out, int32_t threads) {
  return guard([&] {
    TORCH_CHECK(threads > 0 && threads <= 1024, threads,
                " threads, where 1 is the fewest and 1024 the most");
    auto tasks = std::make_unique<tg_tasks>();
    tasks->threads = threads;
    tasks->entered.resize(threads);
    *out = tasks.release();
  });
}

char* tg_tasks_enter(tg_tasks* tasks, int32_t thread) {
  return guard([&] {
    TORCH_CHECK(tasks, "there are no tasks");
    TORCH_CHECK(!current, "the thread shares tasks already");
    TORCH_CHECK(thread >= 0 && thread < tasks->threads, "there is no thread ",
                thread, " of ", tasks->threads);
    tell_threads();
    std::lock_guard<std::mutex> lock(tasks->mutex);
    TORCH_CHECK(!tasks->entered[thread], "thread ", thread,
                " shares the tasks already");
    tasks->entered[thread] = true;
    current = tasks;
    number = thread;
    passed.clear();
  });
}

char* tg_tasks_leave(tg_tasks* tasks) {
  return guard([&] {
    TORCH_CHECK(tasks && current == tasks, "the thread shares no such tasks");
    current = nullptr;
    {
      std::lock_guard<std::mutex> lock(tasks->mutex);
      if (++tasks->left == tasks->threads) {
        // Of these not every thread has a part.
        for (auto& [key, left] : tasks->incomplete)
          tasks->queue.push_back(std::move(left));
        tasks->incomplete.clear();
        tasks->changed.notify_all();
      }
    }
    take(*tasks);
    std::lock_guard<std::mutex> lock(tasks->mutex);
    if (tasks->failed) std::rethrow_exception(tasks->failed);
  });
}

void tg_tasks_free(tg_tasks* tasks) noexcept { delete tasks; }
