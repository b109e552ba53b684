#include "resize_avx2.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdatomic.h>
#include <string.h>

enum { PRECISION = 22, LOW = 15, HALF = 1 << (PRECISION - 1), BLOCK = 4 };

static atomic_int off;

int sp_avx2(void) { return !off && __builtin_cpu_supports("avx2"); }
void sp_set_avx2(int on) { off = !on; }

#define AVX2 __attribute__((target("avx2")))

// pick_pixels spreads four RGB pixels, two in each half, into pairs of 16-bit
// channels: r0 r1 g0 g1 b0 b1 0 0, and the same of pixels 2 and 3.
AVX2 static inline __m256i pick_pixels(const uint8_t* pixel) {
  const __m256i order = _mm256_setr_epi8(
      0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1, 6, -1, 9, -1, 7,
      -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
  __m128i four = _mm_loadu_si128((const __m128i*)pixel);
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(four), order);
}

// two_pixels adds low and high sums, and both halves of each, and shifts: red,
// green, blue and zero of one row, then of another.
AVX2 static inline __m256i two_pixels(const __m256i* low, const __m256i* high) {
  __m256i first = _mm256_add_epi32(low[0], _mm256_slli_epi32(high[0], LOW));
  __m256i second = _mm256_add_epi32(low[1], _mm256_slli_epi32(high[1], LOW));
  __m256i sum =
      _mm256_add_epi32(_mm256_permute2x128_si256(first, second, 0x20),
                       _mm256_permute2x128_si256(first, second, 0x31));
  return _mm256_srai_epi32(sum, PRECISION);
}

// resize_block makes pixel x of four rows, in the order 0, 2, 1, 3.
AVX2 static inline __m128i resize_block(const uint8_t* in, int64_t in_stride,
                                        const int16_t* packed, int32_t groups) {
  const __m256i pick_low =
      _mm256_setr_epi8(0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 6,
                       7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
  const __m256i pick_high = _mm256_add_epi8(pick_low, _mm256_set1_epi8(8));
  const __m256i half = _mm256_setr_epi32(HALF, HALF, HALF, 0, 0, 0, 0, 0);
  __m256i low[BLOCK] = {half, half, half, half}, high[BLOCK] = {0};
  for (int32_t g = 0; g < groups; g++, in += 12, packed += 8) {
    __m256i both =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i*)packed));
    __m256i weights_low = _mm256_shuffle_epi8(both, pick_low);
    __m256i weights_high = _mm256_shuffle_epi8(both, pick_high);
    for (int r = 0; r < BLOCK; r++) {
      __m256i pixels = pick_pixels(in + r * in_stride);
      low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(pixels, weights_low));
      high[r] =
          _mm256_add_epi32(high[r], _mm256_madd_epi16(pixels, weights_high));
    }
  }
  __m256i words =
      _mm256_packs_epi32(two_pixels(low, high), two_pixels(low + 2, high + 2));
  return _mm_packus_epi16(_mm256_castsi256_si128(words),
                          _mm256_extracti128_si256(words, 1));
}

// store_pixels writes n bytes to each of four rows.
AVX2 static inline void store_pixels(__m128i block, uint8_t* to, int64_t stride,
                                     size_t n) {
  const uint32_t rows[BLOCK] = {(uint32_t)_mm_extract_epi32(block, 0),
                                (uint32_t)_mm_extract_epi32(block, 2),
                                (uint32_t)_mm_extract_epi32(block, 1),
                                (uint32_t)_mm_extract_epi32(block, 3)};
  for (int r = 0; r < BLOCK; r++) memcpy(to + r * stride, &rows[r], n);
}

AVX2 int32_t sp_resize_rows_avx2(const uint8_t* in, int64_t in_stride,
                                 uint8_t* out, int32_t rows, sp_axis axis) {
  int64_t out_stride = (int64_t)axis.size * 3;
  int32_t y = 0, last = axis.size - 1;
  if (in_stride < 32) return 0;
  for (; y + BLOCK < rows; y += BLOCK) {
    const uint8_t* from = in + y * in_stride;
    uint8_t* to = out + y * out_stride;
    for (int32_t x = 0; x <= last; x++) {
      __m128i block =
          resize_block(from + (int64_t)axis.first[x] * 3, in_stride,
                       axis.packed + (int64_t)x * axis.groups * 8, axis.groups);
      // The fourth byte is the next pixel's, which overwrites it.
      if (x < last)
        store_pixels(block, to + (int64_t)x * 3, out_stride, 4);
      else
        store_pixels(block, to + (int64_t)x * 3, out_stride, 3);
    }
  }
  return y;
}

AVX2 int32_t sp_resize_column_avx2(const uint8_t* in, uint8_t* out,
                                   int32_t width, const int32_t* weights,
                                   int32_t count) {
  int32_t x = 0;
  for (; x + 16 <= width; x += 16) {
    __m256i first = _mm256_set1_epi32(HALF), second = first;
    for (int32_t i = 0; i < count; i++) {
      __m128i bytes =
          _mm_loadu_si128((const __m128i*)(in + (int64_t)i * width + x));
      __m256i weight = _mm256_set1_epi32(weights[i]);
      first = _mm256_add_epi32(
          first, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(bytes), weight));
      second = _mm256_add_epi32(
          second, _mm256_mullo_epi32(
                      _mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)), weight));
    }
    __m256i words = _mm256_packs_epi32(_mm256_srai_epi32(first, PRECISION),
                                       _mm256_srai_epi32(second, PRECISION));
    words = _mm256_permute4x64_epi64(words, 0xd8);
    __m128i packed = _mm_packus_epi16(_mm256_castsi256_si128(words),
                                      _mm256_extracti128_si256(words, 1));
    _mm_storeu_si128((__m128i*)(out + x), packed);
  }
  return x;
}

#else

int sp_avx2(void) { return 0; }
void sp_set_avx2(int on) { (void)on; }

int32_t sp_resize_rows_avx2(const uint8_t* in, int64_t in_stride, uint8_t* out,
                            int32_t rows, sp_axis axis) {
  return 0;
}

int32_t sp_resize_column_avx2(const uint8_t* in, uint8_t* out, int32_t width,
                              const int32_t* weights, int32_t count) {
  return 0;
}

#endif
