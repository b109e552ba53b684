#include "panels.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cstring>
#include <vector>

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,fma")))
#else
#define AVX2
#endif

namespace seetell {

using at::Tensor;

namespace {

constexpr int64_t lanes = 8, panel = 2 * lanes;
typedef float Lanes __attribute__((vector_size(lanes * sizeof(float))));

// A panel's numbers for so many inputs stay in the first cache while all rows
// go by; sums of so many are added up, which rounds less.
constexpr int64_t at_once = 256;

// most_rows are summed at once: with two registers each, and three for what is
// multiplied, as many as a processor has.
constexpr int64_t most_rows = 6;

#define ALWAYS_INLINE inline __attribute__((always_inline))

ALWAYS_INLINE void load(Lanes& x, const float* from) {
  std::memcpy(&x, from, sizeof x);
}

ALWAYS_INLINE void store(float* to, const Lanes& x) {
  std::memcpy(to, &x, sizeof x);
}

// add adds to a panel's sums of so many rows of x, in numbers each, their
// products with count numbers of weight.
template <int64_t rows>
ALWAYS_INLINE void add(const float* x, int64_t in, const float* weight,
                       int64_t count, float* to) {
  Lanes sums[rows][2] = {};
  for (int64_t k = 0; k < count; k++) {
    Lanes left, right;
    load(left, weight + k * panel);
    load(right, weight + k * panel + lanes);
    for (int64_t r = 0; r < rows; r++) {
      Lanes number = Lanes{} + x[r * in + k];
      sums[r][0] += number * left;
      sums[r][1] += number * right;
    }
  }
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t i = 0; i < 2; i++) {
      float* sum = to + r * panel + i * lanes;
      Lanes before;
      load(before, sum);
      store(sum, before + sums[r][i]);
    }
  }
}

AVX2 void add(int64_t rows, const float* x, int64_t in, const float* weight,
              int64_t count, float* to) {
  switch (rows) {
    case 1:
      return add<1>(x, in, weight, count, to);
    case 2:
      return add<2>(x, in, weight, count, to);
    case 3:
      return add<3>(x, in, weight, count, to);
    case 4:
      return add<4>(x, in, weight, count, to);
    case 5:
      return add<5>(x, in, weight, count, to);
    default:
      return add<most_rows>(x, in, weight, count, to);
  }
}

// multiply adds to a panel's sums of all rows, a few at a time and as many each
// time as can be.
void multiply(int64_t rows, const float* x, int64_t in, const float* weight,
              float* sums) {
  const int64_t times = (rows + most_rows - 1) / most_rows;
  for (int64_t from = 0; from < in; from += at_once) {
    const int64_t count = std::min(at_once, in - from);
    for (int64_t i = 0, first = 0; i < times; i++) {
      const int64_t some = (rows - first + times - i - 1) / (times - i);
      add(some, x + first * in + from, in, weight + from * panel, count,
          sums + first * panel);
      first += some;
    }
  }
}

// here reports whether this processor is one for panels.
bool here() {
#if defined(__x86_64__)
  return !__builtin_cpu_is("intel") && __builtin_cpu_supports("avx2") &&
         __builtin_cpu_supports("fma") && at::get_cpu_capability() != "AVX512";
#else
  return false;
#endif
}

bool floats(const Tensor& weight) {
  return weight.device().is_cpu() && weight.scalar_type() == at::kFloat &&
         weight.layout() == at::kStrided;
}

}  // namespace

bool panels_suit(const Tensor& weight) {
  return here() && floats(weight) && weight.dim() == 2 && weight.numel() > 0;
}

bool are_panels(const Tensor& weight) {
  if (!here() || !floats(weight) || weight.dim() != 4 || weight.numel() == 0 ||
      weight.size(2) != panel || weight.size(3) > panel)
    return false;
  return weight.stride(0) == weight.size(1) * panel &&
         weight.stride(1) == panel && weight.stride(2) == 1 &&
         (weight.size(3) == 1 || weight.stride(3) == 0);
}

int64_t outputs_of(const Tensor& panels) {
  return panels.size(0) * panel - (panels.size(3) - 1);
}

Tensor panels_of(const Tensor& weight) {
  const int64_t out = weight.size(0), in = weight.size(1),
                count = (out + panel - 1) / panel;
  Tensor panels = at::empty({count, in, panel, 1}, weight.options());
  Tensor from = weight.stride(0) == 1 ? weight : weight.contiguous();
  const int64_t down = from.stride(0), across = from.stride(1);
  const float* w = from.const_data_ptr<float>();
  float* to = panels.data_ptr<float>();
  at::parallel_for(0, count, 8, [&](int64_t begin, int64_t end) {
    for (int64_t p = begin; p < end; p++) {
      const int64_t some = std::min(panel, out - p * panel);
      for (int64_t k = 0; k < in; k++) {
        const float* column = w + p * panel * down + k * across;
        float* y = to + (p * in + k) * panel;
        for (int64_t j = 0; j < some; j++) y[j] = column[j * down];
        std::fill(y + some, y + panel, 0.f);
      }
    }
  });
  return panels.expand({-1, -1, -1, count * panel - out + 1});
}

Tensor panels_product(const Tensor& x, const Tensor& panels,
                      const std::optional<Tensor>& bias) {
  const int64_t in = panels.size(1), out = outputs_of(panels);
  Tensor from = x.contiguous();
  std::vector<int64_t> shape = x.sizes().vec();
  shape.back() = out;
  Tensor y = at::empty(shape, x.options());
  const int64_t rows = y.numel() / out;
  const Tensor added = bias ? bias->contiguous() : Tensor();
  const float* b = bias ? added.const_data_ptr<float>() : nullptr;
  const float *read = from.const_data_ptr<float>(),
              *weight = panels.const_data_ptr<float>();
  float* write = y.data_ptr<float>();
  at::parallel_for(0, panels.size(0), 8, [&](int64_t begin, int64_t end) {
    // Side by side, where y's rows lie in one another's way in the cache.
    std::vector<float> sums(rows * panel);
    for (int64_t p = begin; p < end; p++) {
      const int64_t some = std::min(panel, out - p * panel);
      std::fill(sums.begin(), sums.end(), 0.f);
      for (int64_t r = 0; b && r < rows; r++)
        std::copy_n(b + p * panel, some, sums.data() + r * panel);
      multiply(rows, read, in, weight + p * in * panel, sums.data());
      for (int64_t r = 0; r < rows; r++)
        std::copy_n(sums.data() + r * panel, some, write + r * out + p * panel);
    }
  });
  return y;
}

}  // namespace seetell
