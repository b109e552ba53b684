// A shim with every entry point that says it was compiled for 2.10.0.
#include "../ctorch.h"
#define STUB(type, name, parameters, arguments)                      \
  __attribute__((weak)) void stub_##name(void) __asm__("tg_" #name); \
  void stub_##name(void) {}
TG_FUNCTIONS(STUB)
