// Loops over numbers, compiled for each of these processors, and chosen when
// the library is opened.
#pragma once

#if defined(__x86_64__)
#define SEETELL_CLONES \
  __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define SEETELL_CLONES
#endif
