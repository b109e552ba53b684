// Calls the shim's functions with arguments that nobody should give, for
// sanitizers to watch: no tensor, tensors of every kind, lists that are too
// short, numbers that are huge or none. What the header promises the shim is
// kept: there is room for results, and memory is as long as is said beside it.
//
//   wrong TIME    (30s, 10m or 1h)
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <limits>
#include <new>

#include "arguments.h"

// Where memory is not given libtorch throws, and is to find that it may.
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1:max_allocation_size_mb=64:"
         "alloc_dealloc_mismatch=0:detect_odr_violation=0:detect_leaks=0:"
         "handle_abort=1:handle_sigfpe=1";
}

// The sanitizer's own ends the process instead of throwing.
void* operator new(size_t bytes) {
  if (void* memory = std::malloc(bytes ? bytes : 1)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace {

// A function and how often it was called and gave a result.
struct Function {
  const char* name;
  bool (*once)();
  uint64_t calls, results;
};

#define FUNCTION(type, name, parameters, arguments) \
  {#name, once<tg_##name>, 0, 0},
Function functions[] = {TG_FUNCTIONS(FUNCTION)};
constexpr size_t kFunctions = sizeof functions / sizeof functions[0];

const Function* now;

// seconds reads a time such as 10m.
time_t seconds(const char* text) {
  char* unit;
  long n = std::strtol(text, &unit, 10);
  return n * (*unit == 'h' ? 3600 : *unit == 'm' ? 60 : 1);
}

// settle undoes what a call left in the thread and the process.
void settle() {
  tg_leave_thread(true);
  std::free(tg_leave_autocast({false, TG_BFLOAT16}, TG_CPU));
  std::free(tg_set_threads(1));
}

}  // namespace

extern "C" void __asan_on_error() {
  if (now) std::fprintf(stderr, "in tg_%s\n", now->name);
}

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: wrong TIME\n");
    return 2;
  }
  const time_t end = std::time(nullptr) + seconds(arguments[1]);
  uint64_t calls = 0;
  do {
    if (calls % 4096 == 0) fill_pool();
    Function& f = functions[below(kFunctions)];
    now = &f;
    f.calls++;
    f.results += f.once();
    settle();
    now = nullptr;
  } while (++calls % 256 || std::time(nullptr) < end);
  empty_pool();
  std::printf("%llu calls of %zu functions; without a result:",
              static_cast<unsigned long long>(calls), kFunctions);
  for (const Function& f : functions)
    if (!f.results) std::printf(" %s", f.name);
  std::printf("\n");
  if (tg_live() != 0) {
    std::fprintf(stderr, "%lld tensors are left\n",
                 static_cast<long long>(tg_live()));
    return 1;
  }
  return 0;
}
