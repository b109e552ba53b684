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
      0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1,
      6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
  __m128i four = _mm_loadu_si128((const __m128i*)pixel);
  return _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(four), order);
}

// one_pixel adds low and high sums of both halves, rounds and shifts: red,
// green, blue and zero.
AVX2 static inline __m128i one_pixel(__m256i low, __m256i high) {
  __m256i sum = _mm256_add_epi32(low, _mm256_slli_epi32(high, LOW));
  __m128i whole = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  return _mm_srai_epi32(_mm_add_epi32(whole, _mm_set1_epi32(HALF)), PRECISION);
}

// resize_block makes pixel x of four rows.
AVX2 static inline __m128i resize_block(const uint8_t* in, int64_t in_stride,
                                        const int16_t* packed, int32_t groups) {
  const __m256i pick_low = _mm256_setr_epi8(
      0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
      4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
  const __m256i pick_high = _mm256_add_epi8(pick_low, _mm256_set1_epi8(8));
  __m256i low[BLOCK] = {0}, high[BLOCK] = {0};
  for (int32_t g = 0; g < groups; g++, in += 12, packed += 8) {
    __m256i both = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i*)packed));
    __m256i weights_low = _mm256_shuffle_epi8(both, pick_low);
    __m256i weights_high = _mm256_shuffle_epi8(both, pick_high);
    for (int r = 0; r < BLOCK; r++) {
      __m256i pixels = pick_pixels(in + r * in_stride);
      low[r] = _mm256_add_epi32(low[r], _mm256_madd_epi16(pixels, weights_low));
      high[r] = _mm256_add_epi32(high[r], _mm256_madd_epi16(pixels, weights_high));
    }
  }
  __m128i first = _mm_packs_epi32(one_pixel(low[0], high[0]), one_pixel(low[1], high[1]));
  __m128i second = _mm_packs_epi32(one_pixel(low[2], high[2]), one_pixel(low[3], high[3]));
  return _mm_packus_epi16(first, second);
}

AVX2 int32_t sp_resize_rows_avx2(const uint8_t* in, int64_t in_stride,
                                 uint8_t* out, int32_t rows, sp_axis axis) {
  int64_t out_stride = (int64_t)axis.size * 3;
  int32_t y = 0;
  if (in_stride < 32) return 0;
  for (; y + BLOCK < rows; y += BLOCK) {
    for (int32_t x = 0; x < axis.size; x++) {
      uint8_t pixels[16], *to = out + y * out_stride + (int64_t)x * 3;
      __m128i block = resize_block(in + y * in_stride + (int64_t)axis.first[x] * 3, in_stride,
                                   axis.packed + (int64_t)x * axis.groups * 8, axis.groups);
      _mm_storeu_si128((__m128i*)pixels, block);
      for (int r = 0; r < BLOCK; r++) memcpy(to + r * out_stride, pixels + 4 * r, 3);
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
      __m128i bytes = _mm_loadu_si128((const __m128i*)(in + (int64_t)i * width + x));
      __m256i weight = _mm256_set1_epi32(weights[i]);
      first = _mm256_add_epi32(first, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(bytes), weight));
      second = _mm256_add_epi32(second, _mm256_mullo_epi32(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)), weight));
    }
    __m256i words = _mm256_packs_epi32(_mm256_srai_epi32(first, PRECISION), _mm256_srai_epi32(second, PRECISION));
    words = _mm256_permute4x64_epi64(words, 0xd8);
    __m128i packed = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
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
