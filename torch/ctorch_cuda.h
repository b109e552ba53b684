// The C ABI for what CUDA alone can answer, in a shim of its own that is opened
// when a CUDA device is first used. Written as ctorch.h is.
#ifndef SEETELL_CTORCH_CUDA_H
#define SEETELL_CTORCH_CUDA_H

#include "ctorch.h"

// STRUCT(name, fields) for every type that crosses.
// clang-format off
#define TG_CUDA_TYPES(STRUCT)                                                  \
  /* Bytes of one device: in tensors now, the most there were since the last   \
     reset, held by libtorch's cache, on the device, free on the device. */    \
  STRUCT(tg_cuda_memory_info,                                                  \
    int64_t allocated, peak, reserved, total, free;)
// clang-format on

TG_CUDA_TYPES(TG_STRUCT)

// F(result type, name, parameters, arguments) for every entry point.
#define TG_CUDA_FUNCTIONS(F)                                                   \
  F(const char*, signature, (void)TG_NOTHROW, ())                              \
  F(const size_t*, layout, (void)TG_NOTHROW, ())                               \
  F(const char*, compiled_version, (void)TG_NOTHROW, ())                       \
  F(char*, count, (int32_t* out), (out))                                       \
  F(char*, name, (char* out, int64_t size, int32_t device),                    \
    (out, size, device))                                                       \
  F(char*, capability, (int32_t* major, int32_t device), (major, device))      \
  F(char*, synchronize, (int32_t device), (device))                            \
  F(char*, memory, (tg_cuda_memory_info * out, int32_t device), (out, device)) \
  F(char*, reset_peak, (int32_t device), (device))                             \
  F(char*, manual_seed, (uint64_t seed), (seed))                               \
  F(char*, random_state, (uint8_t* data, int64_t* size, int32_t device),       \
    (data, size, device))                                                      \
  F(char*, set_random_state,                                                   \
    (const uint8_t* data, int64_t size, int32_t device), (data, size, device))

// As TG_SIGNATURE and TG_LAYOUT.
#define TG_CUDA_TEXT(type, name, parameters, arguments) \
  #type #name #parameters ";"
#define TG_CUDA_SIGNATURE \
  TG_CUDA_TYPES(TG_STRUCT_TEXT) TG_CUDA_FUNCTIONS(TG_CUDA_TEXT)
#define TG_CUDA_LAYOUT {TG_CUDA_TYPES(TG_STRUCT_SIZE) 0}

#ifdef __cplusplus
#define TG_CUDA_DECLARE(type, name, parameters, arguments) \
  extern "C"                                               \
      __attribute__((visibility("default"))) type tg_cuda_##name parameters;
TG_CUDA_FUNCTIONS(TG_CUDA_DECLARE)
#else
#define TG_CUDA_POINTER(type, name, parameters, arguments) \
  type(*name) parameters;
extern struct tg_cuda_table {
  TG_CUDA_FUNCTIONS(TG_CUDA_POINTER)
} tg_cuda_functions;

#define TG_CUDA_CALL(type, name, parameters, arguments) \
  static inline type tg_cuda_##name parameters {        \
    return tg_cuda_functions.name arguments;            \
  }
TG_CUDA_FUNCTIONS(TG_CUDA_CALL)
#endif

#endif
