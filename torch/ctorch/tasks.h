// Work that a thread leaves to another that waits for it: see tasks.cpp.
#pragma once

#include <functional>

#include "internal.h"

namespace seetell {

// behind counts a task that this thread comes to, and reports whether another
// thread will be done first and could take it.
bool behind() noexcept;

// leave_task gives a task to whoever is first, which is done by the time that
// this thread's tg_tasks_leave returns. It runs without recording gradients.
void leave_task(std::function<void()> task);

}  // namespace seetell
