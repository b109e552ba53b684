// Threads that work side by side seldom end together: the processor's cores are
// not equally fast for long. Whoever is done takes tasks of those who are not.
#include "tasks.h"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>

using namespace seetell;

struct tg_tasks {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> queue;
  int working = 0;  // threads that may still leave tasks
  int waiting = 0;  // threads that are done and have no task
  int running = 0;  // tasks that a thread is at
  int passed = 0;   // gradients that the thread ahead of all came by
  std::exception_ptr failed;
};

namespace {

// As many tasks wait at most while nobody waits for them: they keep in memory
// what they are computed from.
constexpr size_t kMostLeft = 8;

thread_local tg_tasks* current = nullptr;
thread_local int passed = 0;  // gradients that this thread came by

// take runs tasks until there are none and nobody may leave any more.
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
        task();
      } catch (...) {
        failed = std::current_exception();
      }
      task = nullptr;  // and what it held
      lock.lock();
      tasks.running--;
      if (failed && !tasks.failed) tasks.failed = failed;
      continue;
    }
    if (tasks.working == 0 && tasks.running == 0) break;
    tasks.waiting++;
    tasks.changed.wait(lock);
    tasks.waiting--;
  }
  tasks.changed.notify_all();
}

}  // namespace

namespace seetell {

bool behind() noexcept {
  if (!current) return false;
  std::lock_guard<std::mutex> lock(current->mutex);
  passed++;
  if (current->waiting > 0) return true;
  if (passed < current->passed) return current->queue.size() < kMostLeft;
  current->passed = passed;
  return false;
}

void leave_task(std::function<void()> task) {
  std::lock_guard<std::mutex> lock(current->mutex);
  current->queue.push_back(std::move(task));
  current->changed.notify_one();
}

}  // namespace seetell

char* tg_tasks_new(tg_tasks** out) {
  return guard([&] { *out = new tg_tasks; });
}

char* tg_tasks_enter(tg_tasks* tasks) {
  return guard([&] {
    TORCH_CHECK(tasks, "there are no tasks");
    TORCH_CHECK(!current, "the thread shares tasks already");
    tell_threads();
    std::lock_guard<std::mutex> lock(tasks->mutex);
    tasks->working++;
    current = tasks;
    passed = 0;
  });
}

char* tg_tasks_leave(tg_tasks* tasks) {
  return guard([&] {
    TORCH_CHECK(tasks && current == tasks, "the thread shares no such tasks");
    current = nullptr;
    {
      std::lock_guard<std::mutex> lock(tasks->mutex);
      tasks->working--;
    }
    take(*tasks);
    std::lock_guard<std::mutex> lock(tasks->mutex);
    if (tasks->failed) std::rethrow_exception(tasks->failed);
  });
}

void tg_tasks_free(tg_tasks* tasks) noexcept { delete tasks; }
