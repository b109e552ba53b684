#include "arguments.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

namespace {

constexpr int64_t kLargest = 1 << 14;  // elements of a tensor that is kept

std::vector<tg_tensor*> pool;
std::vector<void*> rooms;
std::vector<std::vector<tg_tensor*>*> drawn;

void check(char* message) {
  if (!message) return;
  std::abort();  // of a call that is right
}

tg_tensor* full(std::vector<int64_t> shape, int32_t dtype, double value = 1) {
  tg_sizes sizes{static_cast<int64_t>(shape.size()), {}};
  std::copy(shape.begin(), shape.end(), sizes.values);
  tg_tensor* x = nullptr;
  check(tg_full(&x, value, sizes, dtype, TG_CPU));
  return x;
}

// elements is a tensor's number of them, or one more than kLargest.
int64_t elements(const tg_description& d) {
  int64_t n = 1;
  for (int64_t i = 0; i < d.shape.count; i++)
    if (d.shape.values[i] == 0) return 0;
  for (int64_t i = 0; i < d.shape.count && n <= kLargest; i++)
    n = d.shape.values[i] <= kLargest ? n * d.shape.values[i] : kLargest + 1;
  return n;
}

// bytes is the size of an element, or 0 for a number that is no type's.
size_t bytes(int32_t dtype) {
  static const size_t of[TG_OTHER] = {4, 2, 8, 8, 4, 1, 1};
  return dtype >= 0 && dtype < TG_OTHER ? of[dtype] : 0;
}

int64_t small() { return static_cast<int64_t>(below(4)); }

}  // namespace

// xorshift64 (Marsaglia 2003).
uint64_t below(uint64_t n) {
  static uint64_t state = 88172645463325252u;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state % n;
}

void empty_pool() {
  tg_free(pool.data(), static_cast<int64_t>(pool.size()));
  pool.clear();
}

void fill_pool() {
  empty_pool();
  for (int32_t dtype = 0; dtype < TG_OTHER; dtype++)
    for (const auto& shape : std::vector<std::vector<int64_t>>{
             {}, {0}, {1}, {4}, {2, 3}, {3, 2}, {0, 3}, {2, 3, 4}})
      pool.push_back(full(shape, dtype));
  for (int32_t dtype : {TG_FLOAT32, TG_BFLOAT16, TG_FLOAT64})
    for (const auto& shape :
         std::vector<std::vector<int64_t>>{{2, 3, 5, 5},
                                           {4, 3, 3, 3},
                                           {2, 0, 5, 5},
                                           {3, 4, 1, 1},
                                           {1, 1, 1, 1, 1, 1, 1, 2},
                                           {16, 16},
                                           {16}})
      pool.push_back(full(shape, dtype));
  for (size_t i = 0; i < pool.size(); i += 5)
    std::free(tg_set_requires_grad(pool[i], true));
}

void* room(size_t bytes) {
  rooms.push_back(std::calloc(1, bytes));
  return rooms.back();
}

void forget() {
  for (void* memory : rooms) std::free(memory);
  rooms.clear();
}

tg_tensor** results(int64_t count) {
  drawn.push_back(new std::vector<tg_tensor*>(count, nullptr));
  drawn.back()->shrink_to_fit();
  return drawn.back()->data();
}

void keep(tg_tensor** results, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    if (!results[i]) continue;
    tg_tensor*& place = pool[below(pool.size())];
    if (below(4) == 0 && elements(tg_describe(results[i])) <= kLargest)
      std::swap(place, results[i]);
    tg_free(&results[i], 1);
  }
}

bool took(char* message) {
  for (auto* each : drawn) {
    keep(each->data(), static_cast<int64_t>(each->size()));
    delete each;
  }
  drawn.clear();
  forget();
  std::free(message);
  return !message;
}

tg_tensor* tensor() {
  return below(12) == 0 ? nullptr : pool[below(pool.size())];
}

tg_list tensors() {
  switch (below(12)) {
    case 0:
      return {nullptr, number()};
    case 1:
      return {nullptr, 0};
  }
  int64_t count = 1 + small();
  auto* all = static_cast<tg_tensor**>(room(count * sizeof(tg_tensor*)));
  tg_tensor* same = tensor();
  bool alike = below(2) == 0;
  for (int64_t i = 0; i < count; i++) all[i] = alike ? same : tensor();
  return {all, count};
}

int64_t number() {
  static const int64_t odd[] = {-1,
                                -2,
                                8,
                                9,
                                127,
                                128,
                                4097,
                                std::numeric_limits<int32_t>::max(),
                                std::numeric_limits<int32_t>::min(),
                                int64_t{1} << 32,
                                int64_t{1} << 40,
                                std::numeric_limits<int64_t>::max(),
                                std::numeric_limits<int64_t>::min()};
  return below(4) ? small() : odd[below(sizeof odd / sizeof odd[0])];
}

double real() {
  static const double odd[] = {0,
                               -1,
                               1e308,
                               -1e308,
                               1e-308,
                               std::numeric_limits<double>::infinity(),
                               std::numeric_limits<double>::quiet_NaN()};
  return below(2) ? .5 : odd[below(sizeof odd / sizeof odd[0])];
}

tg_sizes sizes() {
  tg_sizes s{below(8) ? small() : number(), {}};
  for (int64_t& value : s.values) value = below(4) ? 1 + small() : number();
  return s;
}

tg_conv2d_options Draw<tg_conv2d_options>::one() {
  tg_conv2d_options o{{1, 1}, {0, 0}, {1, 1}, 1};
  int64_t* all[] = {&o.stride[0],  &o.stride[1],   &o.padding[0],
                    &o.padding[1], &o.dilation[0], &o.dilation[1],
                    &o.groups};
  for (int64_t* value : all)
    if (below(8) == 0) *value = number();
  return o;
}

tg_pool2d_options Draw<tg_pool2d_options>::one() {
  tg_pool2d_options o{{2, 2}, {1, 1}, {0, 0}};
  int64_t* all[] = {&o.kernel[0], &o.kernel[1],  &o.stride[0],
                    &o.stride[1], &o.padding[0], &o.padding[1]};
  for (int64_t* value : all)
    if (below(6) == 0) *value = number();
  return o;
}

tg_adam_state Draw<tg_adam_state>::one() {
  tg_adam_state s{tensors(), tensors(), tensors(), tensors(), tensors()};
  if (below(2)) s.grads = s.m = s.v = s.params;
  return s;
}

template <>
bool once<tg_free>() {
  tg_tensor* some[] = {full({2}, TG_FLOAT32), nullptr, full({}, TG_BOOL)};
  tg_free(some, 3);
  tg_free(nullptr, 0);
  tg_free(nullptr, -1);
  return took(nullptr);
}

template <>
bool once<tg_from_data>() {
  tg_sizes shape = sizes();
  int32_t dtype = static_cast<int32_t>(number());
  double n = static_cast<double>(bytes(dtype));
  bool fits = shape.count >= 0 && shape.count <= TG_MAX_RANK;
  for (int64_t i = 0; fits && i < shape.count; i++) {
    n *= static_cast<double>(shape.values[i]);
    fits = shape.values[i] >= 0;
  }
  fits = fits && n < kLargest;
  const void* data = fits && below(8) ? room(static_cast<size_t>(n)) : nullptr;
  return took(tg_from_data(results(1), data, shape, dtype));
}

template <>
bool once<tg_upload_begin>() {
  tg_upload* upload = nullptr;
  char* message =
      tg_upload_begin(&upload, nullptr, sizes(), static_cast<int32_t>(number()),
                      static_cast<int32_t>(number()));
  tg_upload_free(upload);
  return took(message);
}

template <>
bool once<tg_tasks_new>() {
  tg_tasks* tasks = nullptr;
  char* message = tg_tasks_new(&tasks, below(2) ? 1 : -1);
  for (int i = 0; i < 2; i++) {
    took(tg_tasks_enter(tasks, static_cast<int32_t>(below(3)) - 1));
    if (below(2)) took(tg_tasks_enter(tasks, 0));
    took(tg_tasks_leave(tasks));
    if (below(2)) took(tg_tasks_leave(tasks));
  }
  tg_tasks_free(tasks);
  return took(message);
}

template <>
bool once<tg_stream_new>() {
  tg_stream* stream = nullptr;
  char* message = tg_stream_new(&stream, static_cast<int32_t>(number()));
  tg_stream_free(stream);
  return took(message);
}

template <>
bool once<tg_copy_out>() {
  const tg_tensor* x = tensor();
  int64_t count = x && below(4) ? elements(tg_describe(x)) : number();
  int32_t dtype = static_cast<int32_t>(number());
  bool fits = count >= 0 && count <= kLargest && below(8);
  void* data = fits ? room(count * bytes(dtype)) : nullptr;
  return took(tg_copy_out(data, count, dtype, x));
}

template <>
bool once<tg_copy_in>() {
  tg_tensor* x = tensor();
  int64_t count = x && below(4) ? elements(tg_describe(x)) : number();
  int32_t dtype = static_cast<int32_t>(number());
  bool fits = count >= 0 && count <= kLargest && below(8);
  const void* data = fits ? room(count * bytes(dtype)) : nullptr;
  return took(tg_copy_in(x, data, count, dtype));
}

template <>
bool once<tg_chunk>() {
  int64_t n = number();
  tg_tensor** out = results(n > 0 && n <= kLargest ? n : 0);
  return took(tg_chunk(out, tensor(), n, number()));
}

template <>
bool once<tg_split>() {
  int64_t n = number();
  bool fits = n >= 0 && n <= 8 && below(8);
  auto* lengths =
      static_cast<int64_t*>(fits ? room(n * sizeof(int64_t)) : nullptr);
  for (int64_t i = 0; fits && i < n; i++) lengths[i] = below(8) ? 1 : number();
  return took(tg_split(results(fits ? n : 0), tensor(), lengths, n, number()));
}

// Mostly right, so that what lies behind the first checks is reached: pictures
// of 4 places and 3 features, keys of 2, a state of 5.
template <>
bool once<tg_attention_lstm>() {
  enum { kTensors = 10 };
  const std::vector<int64_t> shapes[kTensors] = {
      {2, 4, 3}, {2, 4, 2}, {3, 5}, {3, 5}, {5, 20},
      {5, 5},    {5},       {1, 2}, {1},    {20, 8}};
  tg_tensor* own[kTensors];
  auto** all = static_cast<tg_tensor**>(room(sizeof own));
  bool wrong = below(2) == 0;
  for (int i = 0; i < kTensors; i++) {
    own[i] = full(shapes[i], TG_FLOAT32, .1);
    check(tg_set_requires_grad(own[i], below(2) == 0));
    all[i] = wrong && below(6) == 0 ? tensor() : own[i];
  }
  auto* counts = static_cast<int64_t*>(room(2 * sizeof(int64_t)));
  auto* pictures = static_cast<int64_t*>(room(3 * sizeof(int64_t)));
  counts[0] = wrong && below(4) == 0 ? number() : 3;
  counts[1] = wrong && below(4) == 0 ? number() : 2;
  for (int i = 0; i < 3; i++)
    pictures[i] = wrong && below(8) == 0 ? number() : small() % 2;
  tg_tensor* out[5] = {};
  bool none = wrong && below(8) == 0;
  char* message =
      tg_attention_lstm(out, {all, wrong && below(8) == 0 ? 9 : kTensors},
                        none ? nullptr : counts, none ? number() : 2,
                        none ? nullptr : pictures, none ? number() : 3);
  if (!message) {
    tg_tensor* sum = nullptr;
    check(tg_sum(&sum, out[0], {0, {}}, false));
    std::free(tg_backward(sum));
    tg_free(&sum, 1);
  }
  keep(out, 5);
  tg_free(own, kTensors);
  return took(message);
}

// Mostly right, as above: windows of 3 × 3, few channels or as many as
// Winograd's way takes, with a padding of 1.
template <>
bool once<tg_folded_conv2d>() {
  const bool many = below(2) == 0;
  const int64_t in = many ? 32 : 3, made = many ? 34 : 4, edge = many ? 0 : 2;
  const int64_t height = edge + 1 + small(), width = edge + 1 + small();
  tg_tensor* own[4] = {
      full({2, in, height, width}, TG_FLOAT32),
      full({made, in, 3, 3}, TG_FLOAT32), full({made}, TG_FLOAT32),
      full({2, made, height - edge, width - edge}, TG_FLOAT32)};
  auto options = [&] {
    tg_conv2d_options o = Draw<tg_conv2d_options>::one();
    if (many && below(4)) o = {{1, 1}, {1, 1}, {1, 1}, 1};
    return o;
  };
  tg_conv2d_options o = options();
  tg_tensor* packed = nullptr;
  std::free(tg_pack_conv2d(&packed, own[1], o, {4, {2, in, height, width}}));
  if (below(4) == 0) o = options();
  auto draw = [&](tg_tensor* right) { return below(6) ? right : tensor(); };
  tg_tensor* out = nullptr;
  char* message = tg_folded_conv2d(
      &out, draw(own[0]), draw(packed), below(2) ? nullptr : draw(own[2]),
      below(2) ? nullptr : draw(own[3]), o, below(2) == 0, below(2) == 0);
  keep(&out, 1);
  keep(&packed, 1);
  tg_free(own, 4);
  return took(message);
}

// As above, with sizes that are nearly those of the weight.
template <>
bool once<tg_pack_conv2d>() {
  tg_tensor* weight = full({4, 3, 3, 3}, TG_FLOAT32);
  tg_sizes input{4, {2, 3, 5, 5}};
  for (int64_t& size : input.values)
    if (below(8) == 0) size = number();
  if (below(8) == 0) input.count = number();
  char* message = tg_pack_conv2d(results(1), below(4) ? weight : tensor(),
                                 Draw<tg_conv2d_options>::one(), input);
  tg_free(&weight, 1);
  return took(message);
}

template <>
bool once<tg_random_state>() {
  int64_t size = 0;
  check(tg_random_state(nullptr, &size));
  return took(tg_random_state(static_cast<uint8_t*>(room(size)), &size));
}

template <>
bool once<tg_set_random_state>() {
  int64_t size = 0;
  check(tg_random_state(nullptr, &size));
  auto* state = static_cast<uint8_t*>(room(size));
  check(tg_random_state(state, &size));
  switch (below(4)) {
    case 0:
      state[below(size)] ^= static_cast<uint8_t>(1 << below(8));
      break;
    case 1:
      size = static_cast<int64_t>(below(size));
      break;
    case 2:
      return took(tg_set_random_state(nullptr, number()));
  }
  return took(tg_set_random_state(state, size));
}
