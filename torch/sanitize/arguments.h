// Arguments drawn for the shim's functions, by their types; what a type cannot
// tell (how long memory is) is written out for each function.
#pragma once

#include <cstdint>

#include "ctorch.h"

// below returns a number from 0 to n - 1.
uint64_t below(uint64_t n);

// The pool holds the tensors that arguments are drawn from, and some of the
// results. fill_pool begins it anew.
void fill_pool();
void empty_pool();

// Memory that is as long as it is said to be, until forget.
void* room(size_t bytes);
void forget();

// keep frees a call's results, or puts them into the pool.
void keep(tg_tensor** results, int64_t count);

// results is room for them, empty, and kept at the end of the call.
tg_tensor** results(int64_t count);

tg_tensor* tensor();
tg_list tensors();
int64_t number();
double real();
tg_sizes sizes();

// took frees a call's message and what was drawn for it; it reports whether
// there was none.
bool took(char* message);

// Draw<T> is an argument of a type. It is missing for memory without a length.
template <typename T>
struct Draw;

#define DRAW(type, expression)                 \
  template <>                                  \
  struct Draw<type> {                          \
    static type one() { return (expression); } \
  };

DRAW(bool, below(2) == 0)
DRAW(int32_t, static_cast<int32_t>(number()))
DRAW(int64_t, number())
DRAW(uint64_t, static_cast<uint64_t>(number()))
DRAW(double, real())
DRAW(tg_sizes, sizes())
DRAW(tg_list, tensors())
DRAW(tg_tensor*, tensor())
DRAW(const tg_tensor*, tensor())
DRAW(tg_tensor**, results(8))
DRAW(tg_upload*, nullptr)  // on the CPU there are none
DRAW(const tg_upload*, nullptr)
DRAW(tg_stream*, nullptr)
DRAW(tg_tasks*, nullptr)
DRAW(bool*, static_cast<bool*>(room(sizeof(bool))))
DRAW(double*, static_cast<double*>(room(sizeof(double))))
DRAW(tg_autocast*, static_cast<tg_autocast*>(room(sizeof(tg_autocast))))
DRAW(tg_autocast, (tg_autocast{below(2) == 0, static_cast<int32_t>(number())}))

template <>
struct Draw<tg_conv2d_options> {
  static tg_conv2d_options one();
};
template <>
struct Draw<tg_pool2d_options> {
  static tg_pool2d_options one();
};
template <>
struct Draw<tg_batch_norm_options> {
  static tg_batch_norm_options one() { return {below(2) == 0, real(), real()}; }
};
template <>
struct Draw<tg_cross_entropy_options> {
  static tg_cross_entropy_options one() { return {number(), number(), real()}; }
};
template <>
struct Draw<tg_adam_options> {
  static tg_adam_options one() {
    return {real(), real(),        real(),   real(),
            real(), below(2) == 0, tensor(), tensor()};
  }
};
template <>
struct Draw<tg_adam_state> {
  static tg_adam_state one();
};

template <typename... Arguments>
bool call(char* (*function)(Arguments...)) {
  return took(function(Draw<Arguments>::one()...));
}

template <typename Result, typename... Arguments>
bool call(Result (*function)(Arguments...)) {
  function(Draw<Arguments>::one()...);
  return took(nullptr);
}

// once calls a function once and reports whether it gave a result.
template <auto function>
bool once() {
  return call(function);
}

template <>
bool once<tg_free>();
template <>
bool once<tg_from_data>();
template <>
bool once<tg_upload_begin>();
template <>
bool once<tg_tasks_new>();
template <>
bool once<tg_stream_new>();
template <>
bool once<tg_copy_out>();
template <>
bool once<tg_copy_in>();
template <>
bool once<tg_chunk>();
template <>
bool once<tg_split>();
template <>
bool once<tg_attention_lstm>();
template <>
bool once<tg_pack_conv2d>();
template <>
bool once<tg_folded_conv2d>();
template <>
bool once<tg_random_state>();
template <>
bool once<tg_set_random_state>();
