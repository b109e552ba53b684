// A shim compiled for libtorch 2.10.0 or, with STALE, of another list, with
// HEADER of another header, with SIZES of types of other sizes.
#ifndef HEADER
#define HEADER "../ctorch.h"
#endif
#include HEADER

const size_t* layout(void) __asm__("tg_layout");
const size_t* layout(void) {
#ifdef SIZES
  static const size_t sizes[] = {8, 0};
#else
  static const size_t sizes[] = TG_LAYOUT;
#endif
  return sizes;
}

const char* signature(void) __asm__("tg_signature");
const char* signature(void) {
#ifdef STALE
  return "void tg_gone();";
#else
  return TG_SIGNATURE;
#endif
}

const char* compiled_version(void) __asm__("tg_compiled_version");
const char* compiled_version(void) { return "2.10.0"; }

uint64_t compiled_abi(void) __asm__("tg_compiled_abi");
uint64_t compiled_abi(void) { return 0x020a000000000000; }

uint64_t running_abi(void) __asm__("tg_running_abi");
uint64_t running_abi(void) { return 0x020b000000000000; }
