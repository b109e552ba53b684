// A shim with every entry point, of which those that say what it is are in
// other_shim_version.c.
#ifndef HEADER
#define HEADER "../ctorch.h"
#endif
#include HEADER
#define STUB(type, name, parameters, arguments)                      \
  __attribute__((weak)) void stub_##name(void) __asm__("tg_" #name); \
  void stub_##name(void) {}
TG_FUNCTIONS(STUB)
