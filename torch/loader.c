#include "loader.h"

#include <dlfcn.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctorch.h"
#include "ctorch_cuda.h"

struct tg_table tg_functions;
struct tg_cuda_table tg_cuda_functions;

struct entry {
  const char* name;
  size_t offset;  // of its pointer in the table
};

#define ENTRY(type, name, parameters, arguments) \
  {"tg_" #name, offsetof(struct tg_table, name)},
#define CUDA_ENTRY(type, name, parameters, arguments) \
  {"tg_cuda_" #name, offsetof(struct tg_cuda_table, name)},

// The first entry of each list is the signature.
static const struct entry entries[] = {TG_FUNCTIONS(ENTRY){NULL, 0}};
static const struct entry cuda_entries[] = {
    TG_CUDA_FUNCTIONS(CUDA_ENTRY){NULL, 0}};

char* loader_open(const char* path) {
  return dlopen(path, RTLD_NOW | RTLD_GLOBAL) ? NULL : strdup(dlerror());
}

void loader_keep_memory(void) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

void loader_spin_briefly(void) {
  if (!getenv("OMP_WAIT_POLICY")) setenv("GOMP_SPINCOUNT", "10000", 0);
}

void loader_version(uint64_t* version) {
  uint64_t (*abi)(void) =
      (uint64_t (*)(void))dlsym(RTLD_DEFAULT, "aoti_torch_abi_version");
  *version = abi ? abi() : 0;
}

static char* missing(const char* name) {
  char text[128];
  snprintf(text, sizeof text, "it has no %s", name);
  return strdup(text);
}

// check returns why a library is not the shim with this signature and list.
static char* check(void* library, const char* signature,
                   const struct entry* list) {
  for (const struct entry* e = list; e->name; e++) {
    if (!dlsym(library, e->name)) return missing(e->name);
  }
  const char* (*own)(void) =
      (const char* (*)(void))dlsym(library, list[0].name);
  if (strcmp(own(), signature)) return strdup("it is of another seetell");
  return NULL;
}

// fill writes the address of every entry into table, or nothing at all.
static char* fill(const char* path, const char* signature,
                  const struct entry* list, void* table) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return strdup(dlerror());
  char* message = check(library, signature, list);
  if (message) {
    dlclose(library);
    return message;
  }
  for (const struct entry* e = list; e->name; e++) {
    *(void**)((char*)table + e->offset) = dlsym(library, e->name);
  }
  return NULL;
}

char* loader_fill(const char* path) {
  return fill(path, TG_SIGNATURE, entries, &tg_functions);
}

char* loader_fill_cuda(const char* path) {
  return fill(path, TG_CUDA_SIGNATURE, cuda_entries, &tg_cuda_functions);
}
