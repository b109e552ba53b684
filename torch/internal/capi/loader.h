// Opening shared libraries and filling tables of entry points. Each function
// returns NULL or a malloc'd message.
#ifndef SEETELL_CAPI_LOADER_H
#define SEETELL_CAPI_LOADER_H

#include <stddef.h>
#include <stdint.h>

// An entry point and where its pointer lies in the table.
struct capi_entry {
  const char* name;
  size_t offset;
};

// A list of entry points that a shim and its user share. The first entry is a
// function that returns the shim's signature, the second one that returns its
// layout; both lists end with zeros.
struct capi_list {
  const char* signature;
  const size_t* layout;
  const struct capi_entry* entries;
  void* table;
};

// capi_open opens a library whose symbols serve those opened after it.
char* capi_open(const char* path);

// capi_fill opens a shim and writes the address of every entry into the list's
// table, or nothing at all.
char* capi_fill(const char* path, const struct capi_list* list);

// capi_keep_memory has the C library keep the memory of freed tensors for the
// next ones, in one heap for all threads. Left alone it gives large blocks back
// at once and makes heaps of 64 MB for threads other than the first, and each
// training step then spends a third of its time on fresh pages.
void capi_keep_memory(void);

// capi_spin_briefly has the threads of libtorch's OpenMP spin for about a
// millisecond before they sleep, unless the user's environment says otherwise.
// Left alone they spin for many, and two programs on the same cores wait for
// each other's threads to stop spinning: a step of training beside another
// training took four times as long. It is to be called before libtorch opens.
void capi_spin_briefly(void);

// capi_mkl_asked returns how often MKL asked libseetell_mkl.so for its
// processor, or -1 where that is not open.
long capi_mkl_asked(void);

// capi_version returns the version of the libtorch in the process, a byte each
// for major, minor and patch from the highest, or 0 where it is too old to say.
uint64_t capi_version(void);

#endif
