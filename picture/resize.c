// The two passes of Pillow's resampling of 8-bit channels (Resample.c): sums
// of products with 22-bit weights, rounded to 8 bits after each pass.
#include "resize.h"

#include <string.h>

enum { PRECISION = 22, HALF = 1 << (PRECISION - 1) };

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define VERSIONS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VERSIONS
#endif

static inline uint8_t clip(int32_t sum) {
  sum >>= PRECISION;
  return sum < 0 ? 0 : sum > 255 ? 255 : (uint8_t)sum;
}

VERSIONS void sp_resize_rows(const uint8_t* in, int64_t in_stride, uint8_t* out,
                             int32_t out_width, int32_t rows, sp_axis axis) {
  for (int32_t y = 0; y < rows; y++, in += in_stride) {
    for (int32_t x = 0; x < out_width; x++, out += 3) {
      const int32_t* weights = axis.weights + (int64_t)x * axis.stride;
      const uint8_t* pixel = in + (int64_t)axis.first[x] * 3;
      int32_t red = HALF, green = HALF, blue = HALF;
      for (int32_t i = 0; i < axis.count[x]; i++, pixel += 3) {
        red += pixel[0] * weights[i];
        green += pixel[1] * weights[i];
        blue += pixel[2] * weights[i];
      }
      out[0] = clip(red);
      out[1] = clip(green);
      out[2] = clip(blue);
    }
  }
}

enum { STRIP = 256 };

VERSIONS void sp_resize_columns(const uint8_t* in, uint8_t* out, int32_t width,
                                int32_t out_height, sp_axis axis) {
  for (int32_t y = 0; y < out_height; y++, out += width) {
    const int32_t* weights = axis.weights + (int64_t)y * axis.stride;
    const uint8_t* first = in + (int64_t)axis.first[y] * width;
    for (int32_t start = 0; start < width; start += STRIP) {
      int32_t sums[STRIP], n = width - start < STRIP ? width - start : STRIP;
      for (int32_t x = 0; x < n; x++) sums[x] = HALF;
      for (int32_t i = 0; i < axis.count[y]; i++) {
        const uint8_t* row = first + (int64_t)i * width + start;
        for (int32_t x = 0; x < n; x++) sums[x] += row[x] * weights[i];
      }
      for (int32_t x = 0; x < n; x++) out[start + x] = clip(sums[x]);
    }
  }
}
