// Opening shared libraries and filling the tables of entry points. Each
// function returns NULL or a malloc'd message.
#ifndef SEETELL_LOADER_H
#define SEETELL_LOADER_H

#include <stdint.h>

// loader_open opens a library whose symbols serve those opened after it.
char* loader_open(const char* path);

// loader_keep_memory has the C library keep the memory of freed tensors for the
// next ones, in one heap for all threads. Left alone it gives large blocks back
// at once and makes heaps of 64 MB for threads other than the first, and each
// training step then spends a third of its time on fresh pages.
void loader_keep_memory(void);

// loader_spin_briefly has the threads of libtorch's OpenMP spin for about a
// millisecond before they sleep, unless the user's environment says otherwise.
// Left alone they spin for many, and two programs on the same cores wait for
// each other's threads to stop spinning: a step of training beside another
// training took four times as long. It is to be called before libtorch opens.
void loader_spin_briefly(void);

// loader_version sets version to that of the libtorch in the process, a byte
// each for major, minor and patch from the highest, or to 0 where it is too
// old to say.
void loader_version(uint64_t* version);

// loader_fill opens ctorch's shim and fills its table.
char* loader_fill(const char* path);

// loader_fill_cuda opens the CUDA shim and fills its table.
char* loader_fill_cuda(const char* path);

#endif
