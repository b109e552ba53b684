// The two passes of Pillow's resampling of 8-bit channels (Resample.c): sums
// of products with 22-bit weights, rounded to 8 bits after each pass. The AVX2
// ways give the same bytes.
#include "resize.h"

#include "resize_avx2.h"

enum { PRECISION = 22, HALF = 1 << (PRECISION - 1) };

static inline uint8_t clip(int32_t sum) {
  sum >>= PRECISION;
  return sum < 0 ? 0 : sum > 255 ? 255 : (uint8_t)sum;
}

static void resize_row(const uint8_t* in, uint8_t* out, sp_axis axis) {
  for (int32_t x = 0; x < axis.size; x++, out += 3) {
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

void sp_resize_rows(const uint8_t* in, int64_t in_stride, uint8_t* out,
                    int32_t rows, sp_axis axis) {
  int32_t done =
      sp_avx2() ? sp_resize_rows_avx2(in, in_stride, out, rows, axis) : 0;
  for (int64_t y = done; y < rows; y++)
    resize_row(in + y * in_stride, out + y * axis.size * 3, axis);
}

void sp_resize_columns(const uint8_t* in, uint8_t* out, int32_t width,
                       sp_axis axis) {
  for (int32_t y = 0; y < axis.size; y++, out += width) {
    const int32_t* weights = axis.weights + (int64_t)y * axis.stride;
    const uint8_t* column = in + (int64_t)axis.first[y] * width;
    int32_t x = sp_avx2() ? sp_resize_column_avx2(column, out, width, weights,
                                                  axis.count[y])
                          : 0;
    for (; x < width; x++) {
      int32_t sum = HALF;
      for (int32_t i = 0; i < axis.count[y]; i++)
        sum += column[(int64_t)i * width + x] * weights[i];
      out[x] = clip(sum);
    }
  }
}
