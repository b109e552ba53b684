// The C ABI of worlds whose tensors lie on CUDA devices, in the same library as
// ctorch_cuda.h's entry points and written as they are. Package distributed is
// its user.
#ifndef SEETELL_CTORCH_NCCL_H
#define SEETELL_CTORCH_NCCL_H

#include "ctorch_world.h"

// F(result type, name, parameters, arguments) for every entry point.
#define TG_NCCL_FUNCTIONS(F)                                       \
  F(const char*, signature, (void)TG_NOTHROW, ())                  \
  F(const size_t*, layout, (void)TG_NOTHROW, ())                   \
  /* Has the world's collectives take tensors of a CUDA device. */ \
  F(char*, open, (tg_world * w, int32_t device), (w, device))

// As TG_SIGNATURE and TG_LAYOUT.
#define TG_NCCL_TEXT(type, name, parameters, arguments) \
  #type #name #parameters ";"
#define TG_NCCL_SIGNATURE \
  TG_WORLD_TYPES(TG_STRUCT_TEXT) TG_NCCL_FUNCTIONS(TG_NCCL_TEXT)
#define TG_NCCL_LAYOUT TG_WORLD_LAYOUT

#ifdef __cplusplus
#define TG_NCCL_DECLARE(type, name, parameters, arguments) \
  extern "C"                                               \
      __attribute__((visibility("default"))) type tg_nccl_##name parameters;
TG_NCCL_FUNCTIONS(TG_NCCL_DECLARE)
#else
#define TG_NCCL_POINTER(type, name, parameters, arguments) \
  type(*name) parameters;
extern struct tg_nccl_table {
  TG_NCCL_FUNCTIONS(TG_NCCL_POINTER)
} tg_nccl_functions;

#define TG_NCCL_CALL(type, name, parameters, arguments) \
  static inline type tg_nccl_##name parameters {        \
    return tg_nccl_functions.name arguments;            \
  }
TG_NCCL_FUNCTIONS(TG_NCCL_CALL)
#endif

#endif
