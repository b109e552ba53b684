#include "loader.h"

#include <dlfcn.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char* capi_open(const char* path) {
  return dlopen(path, RTLD_NOW | RTLD_GLOBAL) ? NULL : strdup(dlerror());
}

long capi_mkl_asked(void) {
  long (*asked)(void) =
      (long (*)(void))dlsym(RTLD_DEFAULT, "seetell_mkl_asked");
  return asked ? asked() : -1;
}

void capi_keep_memory(void) {
#ifdef __GLIBC__
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_THRESHOLD, 32 << 20);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

void capi_spin_briefly(void) {
  if (!getenv("OMP_WAIT_POLICY")) setenv("GOMP_SPINCOUNT", "10000", 0);
}

uint64_t capi_version(void) {
  uint64_t (*abi)(void) =
      (uint64_t (*)(void))dlsym(RTLD_DEFAULT, "aoti_torch_abi_version");
  return abi ? abi() : 0;
}

static char* missing(const char* name) {
  char text[128];
  snprintf(text, sizeof text, "it has no %s", name);
  return strdup(text);
}

static int same_layout(const size_t* a, const size_t* b) {
  for (; *a && *a == *b; a++, b++) {
  }
  return *a == *b;
}

// check returns why a library is not the shim of this list.
static char* check(void* library, const struct capi_list* list) {
  for (const struct capi_entry* e = list->entries; e->name; e++) {
    if (!dlsym(library, e->name)) return missing(e->name);
  }
  const char* (*signature)(void) =
      (const char* (*)(void))dlsym(library, list->entries[0].name);
  if (strcmp(signature(), list->signature)) {
    return strdup("it is of another seetell");
  }
  const size_t* (*layout)(void) =
      (const size_t* (*)(void))dlsym(library, list->entries[1].name);
  if (!same_layout(layout(), list->layout)) {
    return strdup("its types are of other sizes");
  }
  return NULL;
}

char* capi_fill(const char* path, const struct capi_list* list) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return strdup(dlerror());
  char* message = check(library, list);
  if (message) {
    dlclose(library);
    return message;
  }
  for (const struct capi_entry* e = list->entries; e->name; e++) {
    *(void**)((char*)list->table + e->offset) = dlsym(library, e->name);
  }
  return NULL;
}
