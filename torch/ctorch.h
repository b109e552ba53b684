// The C ABI between package torch and libtorch: every entry point once, in the
// list TG_FUNCTIONS, from which come the shim's declarations, the table that
// Go fills with dlsym, and the calls through that table.
//
// An entry that can fail returns NULL or a malloc'd message that the caller
// frees. `out` receives new references, all other tensors are borrowed.
#ifndef SEETELL_CTORCH_H
#define SEETELL_CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A reference to a tensor.
typedef struct tg_tensor tg_tensor;

// A copy to a device on its way.
typedef struct tg_upload tg_upload;

// A stream of a device that is not its default one.
typedef struct tg_stream tg_stream;

// What threads that learn side by side do together.
typedef struct tg_tasks tg_tasks;

// STRUCT(name, fields) and ENUM(constants) for every type that crosses, in the
// order in which they need each other. Written once, as the entry points are:
// from this come the types, their text in the signature, and their sizes.
// clang-format off
#define TG_TYPES(STRUCT, ENUM)                                                 \
  ENUM(TG_MAX_RANK = 8)                                                        \
  /* Up to TG_MAX_RANK sizes, strides or dimension numbers. */                 \
  STRUCT(tg_sizes,                                                             \
    int64_t count;                                                             \
    int64_t values[TG_MAX_RANK];)                                              \
  /* Borrowed tensors. */                                                      \
  STRUCT(tg_list,                                                              \
    tg_tensor* const* tensors;                                                 \
    int64_t count;)                                                            \
  /* Element types, numbered as Go's DType. */                                 \
  ENUM(TG_FLOAT32, TG_BFLOAT16, TG_FLOAT64, TG_INT64, TG_INT32, TG_UINT8,      \
       TG_BOOL, TG_OTHER)                                                      \
  /* A device is one of these or the index of a CUDA device. */                \
  ENUM(TG_CPU = -1, TG_META = -2, TG_PRIVATE_USE = -3)                         \
  /* What a tensor is, without its values. */                                  \
  STRUCT(tg_description,                                                       \
    tg_sizes shape;                                                            \
    int32_t dtype;                                                             \
    int32_t device;                                                            \
    bool requires_grad;)                                                       \
  /* A window over the last two dimensions, height first. */                   \
  STRUCT(tg_conv2d_options,                                                    \
    int64_t stride[2], padding[2], dilation[2];                                \
    int64_t groups;)                                                           \
  STRUCT(tg_pool2d_options,                                                    \
    int64_t kernel[2], stride[2], padding[2];)                                 \
  STRUCT(tg_batch_norm_options,                                                \
    bool training;                                                             \
    double momentum, eps;)                                                     \
  /* Reduction: 0 none, 1 mean, 2 sum, as in libtorch. */                      \
  STRUCT(tg_cross_entropy_options,                                             \
    int64_t reduction, ignore_index;                                           \
    double label_smoothing;)                                                   \
  STRUCT(tg_adam_state,                                                        \
    tg_list params, grads, m, v, steps;)                                       \
  STRUCT(tg_adam_options,                                                      \
    double lr, beta1, beta2, eps, weight_decay;                                \
    bool decoupled;                                                            \
    const tg_tensor *rate, *skip;)                                             \
  /* Autocast's state of a thread and device, to be restored. */               \
  STRUCT(tg_autocast,                                                          \
    bool enabled;                                                              \
    int32_t dtype;)
// clang-format on

#define TG_STRUCT(name, ...) \
  typedef struct {           \
    __VA_ARGS__              \
  } name;
#define TG_ENUM(...) enum { __VA_ARGS__ };
TG_TYPES(TG_STRUCT, TG_ENUM)

// What an entry that cannot fail promises C++: nothing is thrown through C.
#ifdef __cplusplus
#define TG_NOTHROW noexcept
#else
#define TG_NOTHROW
#endif

#define TG_UNARY(F, name) \
  F(char*, name, (tg_tensor * out[], const tg_tensor* x), (out, x))
#define TG_BINARY(F, name)                                                    \
  F(char*, name, (tg_tensor * out[], const tg_tensor* x, const tg_tensor* y), \
    (out, x, y))

// F(result type, name, parameters, arguments) for every entry point.
#define TG_FUNCTIONS(F)                                                        \
  /* library.cpp */                                                            \
  F(const char*, signature, (void)TG_NOTHROW, ())                              \
  F(const size_t*, layout, (void)TG_NOTHROW, ())                               \
  F(const char*, compiled_version, (void)TG_NOTHROW, ())                       \
  F(uint64_t, compiled_abi, (void)TG_NOTHROW, ())                              \
  F(uint64_t, running_abi, (void)TG_NOTHROW, ())                               \
  F(char*, set_threads, (int32_t n), (n))                                      \
  F(int32_t, threads, (void)TG_NOTHROW, ())                                    \
  F(char*, work_alone, (void), ())                                             \
  F(char*, enter_thread, (bool* previous, bool no_grad), (previous, no_grad))  \
  F(void, leave_thread, (bool previous)TG_NOTHROW, (previous))                 \
  /* tensor.cpp */                                                             \
  F(int64_t, live, (void)TG_NOTHROW, ())                                       \
  F(void, free, (tg_tensor * tensors[], int64_t count) TG_NOTHROW,             \
    (tensors, count))                                                          \
  F(tg_description, describe, (const tg_tensor* x)TG_NOTHROW, (x))             \
  F(char*, from_data,                                                          \
    (tg_tensor * out[], const void* data, tg_sizes shape, int32_t dtype),      \
    (out, data, shape, dtype))                                                 \
  F(char*, full,                                                               \
    (tg_tensor * out[], double value, tg_sizes shape, int32_t dtype,           \
     int32_t device),                                                          \
    (out, value, shape, dtype, device))                                        \
  F(char*, empty,                                                              \
    (tg_tensor * out[], tg_sizes shape, int32_t dtype, int32_t device),        \
    (out, shape, dtype, device))                                               \
  F(char*, arange, (tg_tensor * out[], int64_t n, int32_t device),             \
    (out, n, device))                                                          \
  F(char*, copy_out,                                                           \
    (void* data, int64_t count, int32_t dtype, const tg_tensor* x),            \
    (data, count, dtype, x))                                                   \
  F(char*, copy_in,                                                            \
    (tg_tensor * x, const void* data, int64_t count, int32_t dtype),           \
    (x, data, count, dtype))                                                   \
  F(char*, item, (double* out, const tg_tensor* x), (out, x))                  \
  F(char*, to_dtype, (tg_tensor * out[], const tg_tensor* x, int32_t dtype),   \
    (out, x, dtype))                                                           \
  F(char*, to_device, (tg_tensor * out[], const tg_tensor* x, int32_t device), \
    (out, x, device))                                                          \
  TG_UNARY(F, detach)                                                          \
  TG_UNARY(F, clone)                                                           \
  TG_UNARY(F, contiguous)                                                      \
  TG_UNARY(F, channels_last)                                                   \
  TG_UNARY(F, pin_memory)                                                      \
  /* upload.cpp */                                                             \
  F(char*, upload_begin,                                                       \
    (tg_upload * *out, const void* data, tg_sizes shape, int32_t dtype,        \
     int32_t device),                                                          \
    (out, data, shape, dtype, device))                                         \
  F(char*, upload_end, (tg_tensor * out[], const tg_upload* upload),           \
    (out, upload))                                                             \
  F(void, upload_free, (tg_upload * upload) TG_NOTHROW, (upload))              \
  /* stream.cpp */                                                             \
  F(char*, stream_new, (tg_stream * *out, int32_t device), (out, device))      \
  F(char*, stream_enter, (tg_stream * stream), (stream))                       \
  F(char*, stream_leave, (tg_stream * stream), (stream))                       \
  F(void, stream_free, (tg_stream * stream) TG_NOTHROW, (stream))              \
  /* inplace.cpp */                                                            \
  F(char*, copy_from, (tg_tensor * x, const tg_tensor* source), (x, source))   \
  F(char*, fill, (tg_tensor * x, double value), (x, value))                    \
  F(char*, scale, (tg_tensor * x, double factor), (x, factor))                 \
  F(char*, lerp, (tg_tensor * x, const tg_tensor* other, double weight),       \
    (x, other, weight))                                                        \
  F(char*, uniform, (tg_tensor * x, double low, double high), (x, low, high))  \
  F(char*, normal, (tg_tensor * x, double mean, double deviation),             \
    (x, mean, deviation))                                                      \
  F(char*, add_in_place, (tg_tensor * x, const tg_tensor* other), (x, other))  \
  F(char*, relu_in_place, (tg_tensor * x), (x))                                \
  /* shape.cpp */                                                              \
  F(char*, reshape, (tg_tensor * out[], const tg_tensor* x, tg_sizes shape),   \
    (out, x, shape))                                                           \
  F(char*, permute, (tg_tensor * out[], const tg_tensor* x, tg_sizes dims),    \
    (out, x, dims))                                                            \
  F(char*, transpose,                                                          \
    (tg_tensor * out[], const tg_tensor* x, int64_t a, int64_t b),             \
    (out, x, a, b))                                                            \
  F(char*, unsqueeze, (tg_tensor * out[], const tg_tensor* x, int64_t dim),    \
    (out, x, dim))                                                             \
  F(char*, squeeze, (tg_tensor * out[], const tg_tensor* x, int64_t dim),      \
    (out, x, dim))                                                             \
  F(char*, narrow,                                                             \
    (tg_tensor * out[], const tg_tensor* x, int64_t dim, int64_t start,        \
     int64_t length),                                                          \
    (out, x, dim, start, length))                                              \
  F(char*, flatten, (tg_tensor * out[], const tg_tensor* x, int64_t from),     \
    (out, x, from))                                                            \
  F(char*, cat, (tg_tensor * out[], tg_list parts, int64_t dim),               \
    (out, parts, dim))                                                         \
  F(char*, chunk,                                                              \
    (tg_tensor * out[], const tg_tensor* x, int64_t n, int64_t dim),           \
    (out, x, n, dim))                                                          \
  F(char*, split,                                                              \
    (tg_tensor * out[], const tg_tensor* x, const int64_t* lengths, int64_t n, \
     int64_t dim),                                                             \
    (out, x, lengths, n, dim))                                                 \
  F(char*, index_select,                                                       \
    (tg_tensor * out[], const tg_tensor* x, int64_t dim,                       \
     const tg_tensor* index),                                                  \
    (out, x, dim, index))                                                      \
  F(char*, gather,                                                             \
    (tg_tensor * out[], const tg_tensor* x, int64_t dim,                       \
     const tg_tensor* index),                                                  \
    (out, x, dim, index))                                                      \
  F(char*, where,                                                              \
    (tg_tensor * out[], const tg_tensor* condition, const tg_tensor* a,        \
     const tg_tensor* b),                                                      \
    (out, condition, a, b))                                                    \
  /* math.cpp */                                                               \
  TG_UNARY(F, neg)                                                             \
  TG_UNARY(F, exp)                                                             \
  TG_UNARY(F, log)                                                             \
  TG_UNARY(F, sqrt)                                                            \
  TG_UNARY(F, tanh)                                                            \
  TG_UNARY(F, sigmoid)                                                         \
  TG_UNARY(F, abs)                                                             \
  TG_UNARY(F, isfinite)                                                        \
  TG_UNARY(F, all)                                                             \
  TG_UNARY(F, any)                                                             \
  TG_BINARY(F, add)                                                            \
  TG_BINARY(F, sub)                                                            \
  TG_BINARY(F, mul)                                                            \
  TG_BINARY(F, div)                                                            \
  TG_BINARY(F, lt)                                                             \
  TG_BINARY(F, matmul)                                                         \
  TG_BINARY(F, bmm)                                                            \
  F(char*, add_scalar, (tg_tensor * out[], const tg_tensor* x, double value),  \
    (out, x, value))                                                           \
  F(char*, mul_scalar, (tg_tensor * out[], const tg_tensor* x, double value),  \
    (out, x, value))                                                           \
  F(char*, pow, (tg_tensor * out[], const tg_tensor* x, double exponent),      \
    (out, x, exponent))                                                        \
  F(char*, clamp,                                                              \
    (tg_tensor * out[], const tg_tensor* x, double low, double high),          \
    (out, x, low, high))                                                       \
  F(char*, sum,                                                                \
    (tg_tensor * out[], const tg_tensor* x, tg_sizes dims, bool keep),         \
    (out, x, dims, keep))                                                      \
  F(char*, mean,                                                               \
    (tg_tensor * out[], const tg_tensor* x, tg_sizes dims, bool keep),         \
    (out, x, dims, keep))                                                      \
  F(char*, max, (tg_tensor * out[], const tg_tensor* x, int64_t dim),          \
    (out, x, dim))                                                             \
  F(char*, argmax, (tg_tensor * out[], const tg_tensor* x, int64_t dim),       \
    (out, x, dim))                                                             \
  F(char*, topk, (tg_tensor * out[], const tg_tensor* x, int64_t k),           \
    (out, x, k))                                                               \
  /* nn.cpp */                                                                 \
  F(char*, softmax, (tg_tensor * out[], const tg_tensor* x, int64_t dim),      \
    (out, x, dim))                                                             \
  F(char*, log_softmax, (tg_tensor * out[], const tg_tensor* x, int64_t dim),  \
    (out, x, dim))                                                             \
  F(char*, conv2d,                                                             \
    (tg_tensor * out[], const tg_tensor* x, const tg_tensor* weight,           \
     const tg_tensor* bias, tg_conv2d_options o),                              \
    (out, x, weight, bias, o))                                                 \
  F(char*, batch_norm,                                                         \
    (tg_tensor * out[], const tg_tensor* x, const tg_tensor* weight,           \
     const tg_tensor* bias, const tg_tensor* mean, const tg_tensor* variance,  \
     tg_batch_norm_options o),                                                 \
    (out, x, weight, bias, mean, variance, o))                                 \
  F(char*, max_pool2d,                                                         \
    (tg_tensor * out[], const tg_tensor* x, tg_pool2d_options o), (out, x, o)) \
  F(char*, avg_pool2d,                                                         \
    (tg_tensor * out[], const tg_tensor* x, tg_pool2d_options o), (out, x, o)) \
  F(char*, adaptive_avg_pool2d,                                                \
    (tg_tensor * out[], const tg_tensor* x, int64_t height, int64_t width),    \
    (out, x, height, width))                                                   \
  TG_BINARY(F, embedding)                                                      \
  F(char*, dropout,                                                            \
    (tg_tensor * out[], const tg_tensor* x, double p, bool training),          \
    (out, x, p, training))                                                     \
  F(char*, cross_entropy,                                                      \
    (tg_tensor * out[], const tg_tensor* x, const tg_tensor* target,           \
     tg_cross_entropy_options o),                                              \
    (out, x, target, o))                                                       \
  /* product.cpp */                                                            \
  F(char*, linear,                                                             \
    (tg_tensor * out[], const tg_tensor* x, const tg_tensor* weight,           \
     const tg_tensor* bias),                                                   \
    (out, x, weight, bias))                                                    \
  F(char*, pack_linear,                                                        \
    (tg_tensor * out[], const tg_tensor* weight, int64_t rows),                \
    (out, weight, rows))                                                       \
  /* foldedconv.cpp */                                                         \
  F(char*, packs, (bool* out, int32_t dtype), (out, dtype))                    \
  F(char*, pack_conv2d,                                                        \
    (tg_tensor * out[], const tg_tensor* weight, tg_conv2d_options o,          \
     tg_sizes input),                                                          \
    (out, weight, o, input))                                                   \
  F(char*, folded_conv2d,                                                      \
    (tg_tensor * out[], const tg_tensor* x, const tg_tensor* weight,           \
     const tg_tensor* bias, const tg_tensor* other, tg_conv2d_options o,       \
     bool relu, bool onto),                                                    \
    (out, x, weight, bias, other, o, relu, onto))                              \
  F(char*, folded_stem,                                                        \
    (tg_tensor * out[], const tg_tensor* x, const tg_tensor* weight,           \
     const tg_tensor* bias, tg_conv2d_options o),                              \
    (out, x, weight, bias, o))                                                 \
  /* pictures.cpp */                                                           \
  F(char*, normalise,                                                          \
    (tg_tensor * out[], const tg_tensor* pixels, const tg_tensor* statistics), \
    (out, pixels, statistics))                                                 \
  /* likeliest.cpp */                                                          \
  F(char*, likeliest, (tg_tensor * out[], const tg_tensor* scores, int64_t k), \
    (out, scores, k))                                                          \
  /* attentionlstm.cpp */                                                      \
  F(char*, attention_lstm,                                                     \
    (tg_tensor * out[], tg_list inputs, const int64_t* counts, int64_t steps,  \
     const int64_t* pictures, int64_t captions),                               \
    (out, inputs, counts, steps, pictures, captions))                          \
  /* autograd.cpp */                                                           \
  F(char*, set_requires_grad, (tg_tensor * x, bool on), (x, on))               \
  F(char*, grad, (tg_tensor * out[], const tg_tensor* x), (out, x))            \
  F(char*, set_grad, (tg_tensor * x, const tg_tensor* grad), (x, grad))        \
  F(char*, backward, (const tg_tensor* x), (x))                                \
  F(char*, enter_autocast,                                                     \
    (tg_autocast * previous, int32_t device, bool enabled, int32_t dtype),     \
    (previous, device, enabled, dtype))                                        \
  F(char*, leave_autocast, (tg_autocast previous, int32_t device),             \
    (previous, device))                                                        \
  /* tasks.cpp */                                                              \
  F(char*, tasks_new, (tg_tasks * *out, int32_t threads), (out, threads))      \
  F(char*, tasks_enter, (tg_tasks * tasks, int32_t thread), (tasks, thread))   \
  F(char*, tasks_leave, (tg_tasks * tasks), (tasks))                           \
  F(void, tasks_free, (tg_tasks * tasks) TG_NOTHROW, (tasks))                  \
  /* optim.cpp */                                                              \
  F(char*, fused_adam, (tg_adam_state state, tg_adam_options o), (state, o))   \
  F(char*, foreach_norm, (tg_tensor * out[], tg_list tensors), (out, tensors)) \
  F(char*, foreach_scale, (tg_list tensors, const tg_tensor* factor),          \
    (tensors, factor))                                                         \
  /* random.cpp */                                                             \
  F(char*, manual_seed, (uint64_t seed), (seed))                               \
  F(char*, random_state, (uint8_t* data, int64_t* size), (data, size))         \
  F(char*, set_random_state, (const uint8_t* data, int64_t size), (data, size))

// The lists as text, and the sizes of the types: a shim and its user that
// differ in one of them are not of one seetell, and must not call each other.
#define TG_TEXT(type, name, parameters, arguments) #type #name #parameters ";"
#define TG_STRUCT_TEXT(name, ...) "struct " #name "{" #__VA_ARGS__ "}"
#define TG_ENUM_TEXT(...) "enum{" #__VA_ARGS__ "}"
#define TG_SIGNATURE \
  TG_TYPES(TG_STRUCT_TEXT, TG_ENUM_TEXT) TG_FUNCTIONS(TG_TEXT)
#define TG_STRUCT_SIZE(name, ...) sizeof(name),
#define TG_ENUM_SIZE(...)
#define TG_LAYOUT {TG_TYPES(TG_STRUCT_SIZE, TG_ENUM_SIZE) 0}

#ifdef __cplusplus
// The shim: functions with default visibility.
#define TG_DECLARE(type, name, parameters, arguments) \
  extern "C" __attribute__((visibility("default"))) type tg_##name parameters;
TG_FUNCTIONS(TG_DECLARE)
#else
// Its user: a table of pointers, and calls through it.
#define TG_POINTER(type, name, parameters, arguments) type(*name) parameters;
extern struct tg_table {
  TG_FUNCTIONS(TG_POINTER)
} tg_functions;

#define TG_CALL(type, name, parameters, arguments) \
  static inline type tg_##name parameters {        \
    return tg_functions.name arguments;            \
  }
TG_FUNCTIONS(TG_CALL)
#endif

#endif
