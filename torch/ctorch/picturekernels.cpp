#include "picturekernels.h"

#include <algorithm>
#include <limits>

#include "clones.h"

namespace seetell {

SEETELL_CLONES
void normalise(int64_t n, const uint8_t* x, const float mean[3],
               const float deviation[3], float* y) {
  constexpr int64_t kAtOnce = 48;  // three registers of 16, each with its own
  float less[kAtOnce], over[kAtOnce];
  for (int64_t i = 0; i < kAtOnce; i++) {
    less[i] = mean[i % 3];
    over[i] = deviation[i % 3];
  }
  constexpr float kScale = 1.0 / 255;
  int64_t from = 0;
  for (; from + kAtOnce <= 3 * n; from += kAtOnce) {
#pragma omp simd
    for (int64_t i = 0; i < kAtOnce; i++) {
      y[from + i] =
          (static_cast<float>(x[from + i]) * kScale - less[i]) / over[i];
    }
  }
  for (int64_t i = 0; from + i < 3 * n; i++) {
    y[from + i] =
        (static_cast<float>(x[from + i]) * kScale - less[i]) / over[i];
  }
}

namespace {

// pool is pool_positive, first down each window's three rows, then across.
template <typename Bits>
inline __attribute__((always_inline)) void pool(int64_t height, int64_t width,
                                                int64_t channels, const Bits* x,
                                                Bits* column, Bits* y) {
  constexpr Bits kMagnitude = std::numeric_limits<Bits>::max() >> 1;
  const int64_t row = width * channels;
  for (int64_t top = 0; top < height; top += 2) {
    const Bits* here = x + top * row;
    const Bits* above = top ? here - row : here;
    const Bits* below = top + 1 < height ? here + row : here;
#pragma omp simd
    for (int64_t i = 0; i < row; i++) {
      Bits a = above[i] & kMagnitude, b = here[i] & kMagnitude,
           c = below[i] & kMagnitude;
      a = a > b ? a : b;
      column[i] = a > c ? a : c;
    }
    for (int64_t left = 0; left < width; left += 2) {
      const Bits* b = column + left * channels;
      const Bits* a = left ? b - channels : b;
      const Bits* c = left + 1 < width ? b + channels : b;
#pragma omp simd
      for (int64_t k = 0; k < channels; k++) {
        Bits most = a[k] > b[k] ? a[k] : b[k];
        y[k] = most > c[k] ? most : c[k];
      }
      y += channels;
    }
  }
}

}  // namespace

SEETELL_CLONES
void pool_positive(int64_t height, int64_t width, int64_t channels,
                   const uint16_t* x, uint16_t* column, uint16_t* y) {
  pool(height, width, channels, x, column, y);
}

SEETELL_CLONES
void pool_positive(int64_t height, int64_t width, int64_t channels,
                   const uint32_t* x, uint32_t* column, uint32_t* y) {
  pool(height, width, channels, x, column, y);
}

}  // namespace seetell
