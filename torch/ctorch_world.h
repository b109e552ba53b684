// The C ABI of processes that compute together, in the same library as
// ctorch.h's entry points and written as they are. Package distributed is its
// user.
#ifndef SEETELL_CTORCH_WORLD_H
#define SEETELL_CTORCH_WORLD_H

#include "ctorch.h"

// Some processes that have met.
typedef struct tg_world tg_world;

// STRUCT(name, fields) for every type that crosses.
// clang-format off
#define TG_WORLD_TYPES(STRUCT)                                                 \
  /* The store's host and port; this machine's address, which the others       \
     reach, or "" for Gloo's own choice; whether the launcher keeps the store; \
     whether processes of torch.distributed are among them; how long a         \
     collective may take and how long to wait for all to come. */              \
  STRUCT(tg_world_options,                                                     \
    const char* host;                                                          \
    const char* address;                                                       \
    int32_t port, rank, size;                                                  \
    bool launcher, pytorch;                                                    \
    int64_t timeout_ms, join_ms;)
// clang-format on

TG_WORLD_TYPES(TG_STRUCT)

// F(result type, name, parameters, arguments) for every entry point. Every
// process calls the same ones in one order, with tensors of the same shapes.
#define TG_WORLD_FUNCTIONS(F)                                                  \
  F(const char*, signature, (void)TG_NOTHROW, ())                              \
  F(const size_t*, layout, (void)TG_NOTHROW, ())                               \
  F(char*, join, (tg_world * *out, tg_world_options o), (out, o))              \
  /* Closes the connections to the others, who so learn that they are to stop, \
     and keeps the store for notes. */                                         \
  F(void, hang_up, (tg_world * w) TG_NOTHROW, (w))                             \
  F(void, leave, (tg_world * w) TG_NOTHROW, (w))                               \
  F(char*, broadcast, (tg_world * w, tg_list tensors), (w, tensors))           \
  F(char*, sum, (tg_world * w, tg_list tensors), (w, tensors))                 \
  /* Sums that travel while the caller goes on, until end_sums has waited for  \
     all of them. */                                                           \
  F(char*, begin_sum, (tg_world * w, tg_list tensors), (w, tensors))           \
  F(char*, end_sums, (tg_world * w), (w))                                      \
  F(char*, sum_through, (tg_tensor * out[], tg_world * w, const tg_tensor* x), \
    (out, w, x))                                                               \
  /* All bytes behind each other, malloc'd, on rank 0; elsewhere NULL. */      \
  F(char*, gather,                                                             \
    (tg_world * w, const void* data, int64_t size, void** all,                 \
     int64_t* sizes),                                                          \
    (w, data, size, all, sizes))                                               \
  /* Words that the others can read, also when a process is gone. */           \
  F(char*, note, (tg_world * w, const char* key, const char* text),            \
    (w, key, text))                                                            \
  F(char*, read_note, (tg_world * w, const char* key, char** text),            \
    (w, key, text))

// As TG_SIGNATURE and TG_LAYOUT.
#define TG_WORLD_TEXT(type, name, parameters, arguments) \
  #type #name #parameters ";"
#define TG_WORLD_SIGNATURE \
  TG_WORLD_TYPES(TG_STRUCT_TEXT) TG_WORLD_FUNCTIONS(TG_WORLD_TEXT)
#define TG_WORLD_LAYOUT {TG_WORLD_TYPES(TG_STRUCT_SIZE) 0}

#ifdef __cplusplus
#define TG_WORLD_DECLARE(type, name, parameters, arguments) \
  extern "C"                                                \
      __attribute__((visibility("default"))) type tg_world_##name parameters;
TG_WORLD_FUNCTIONS(TG_WORLD_DECLARE)
#else
#define TG_WORLD_POINTER(type, name, parameters, arguments) \
  type(*name) parameters;
extern struct tg_world_table {
  TG_WORLD_FUNCTIONS(TG_WORLD_POINTER)
} tg_world_functions;

#define TG_WORLD_CALL(type, name, parameters, arguments) \
  static inline type tg_world_##name parameters {        \
    return tg_world_functions.name arguments;            \
  }
TG_WORLD_FUNCTIONS(TG_WORLD_CALL)
#endif

#endif
