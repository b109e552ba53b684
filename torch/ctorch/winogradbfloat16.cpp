// Convolutions of 3 × 3 in bfloat16 by Winograd's way (Lavin and Gray 2016,
// section 4), F(2 × 2): a tile of 2 × 2 outputs reads 4 × 4 inputs, and costs
// 16 multiplications for each pair of channels instead of 36. Sums are
// float32's, as oneDNN's are; what is multiplied is rounded to bfloat16 once
// more. Products are written out here, for processors that multiply pairs of
// bfloat16 in vectors (AVX512-BF16): libtorch's take one matrix at a time.
#include "winogradbfloat16.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <vector>

#include "winograd.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace seetell {

using at::Tensor;

#if defined(__x86_64__)

namespace {

// A tile's outputs a side, its inputs a side, and all of these.
constexpr int64_t kTile = 2, kSide = 4, kPoints = kSide * kSide;

// The outputs that are multiplied for at once.
constexpr int64_t kPanel = 64;

// The numbers of bfloat16 in a line of the cache, which keep one point's tiles
// out of another's way.
constexpr int64_t kLine = 32;

#define TARGET \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
#define INLINE TARGET inline __attribute__((always_inline))

using Bits = uint16_t;  // of a number of bfloat16

// supported reports whether the processor multiplies pairs of bfloat16 in
// vectors, and has no tiles (AMX), with which oneDNN is eight times as fast.
bool supported() {
  static const bool is = [] {
    unsigned a = 0, b = 0, c = 0, d = 0;
    bool tiles = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (d >> 22 & 1);
    return __builtin_cpu_supports("avx512bf16") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && !tiles;
  }();
  return is;
}

INLINE __m512 widen(const Bits* from) {
  __m256i x = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(x), 16));
}

INLINE __m256i narrow(__m512 x) {
  return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x));
}

INLINE void store(Bits* to, __m256i x) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), x);
}

// pair puts what belongs together of two rows side by side.
INLINE __m512i pair(__m256i even, __m256i odd) {
  return _mm512_or_si512(_mm512_cvtepu16_epi32(even),
                         _mm512_slli_epi32(_mm512_cvtepu16_epi32(odd), 16));
}

// The transforms, of four numbers step apart. inward is Bᵀ x.
INLINE void inward(__m512* x, int64_t step) {
  __m512 &a = x[0], &b = x[step], &c = x[2 * step], &d = x[3 * step];
  __m512 p = a - c, q = b + c, r = c - b, s = b - d;
  a = p, b = q, c = r, d = s;
}

// outward is Aᵀ x, in the first two places.
INLINE void outward(__m512* x, int64_t step) {
  __m512 &a = x[0], &b = x[step], &c = x[2 * step], &d = x[3 * step];
  __m512 p = a + b + c, q = b - c - d;
  a = p, b = q;
}

// spread is A x of the first two places.
INLINE void spread(__m512* x, int64_t step) {
  __m512 &a = x[0], &b = x[step], &c = x[2 * step], &d = x[3 * step];
  __m512 sum = a + b, less = a - b;
  d = -b, b = sum, c = less;
}

// lift is G x of the first three places.
INLINE void lift(__m512* x, int64_t step) {
  __m512 &a = x[0], &b = x[step], &c = x[2 * step], &d = x[3 * step];
  __m512 half = _mm512_set1_ps(.5f), even = half * (a + c), odd = half * b;
  d = c, b = even + odd, c = even - odd;
}

// settle is Gᵀ x, in the first three places.
INLINE void settle(__m512* x, int64_t step) {
  __m512 &a = x[0], &b = x[step], &c = x[2 * step], &d = x[3 * step];
  __m512 half = _mm512_set1_ps(.5f), even = half * (b + c),
         odd = half * (b - c);
  a = a + even, b = odd, c = even + d;
}

// read_channels writes Bᵀ d B of 16 channels of the inputs d.
INLINE void read_channels(const Bits* const* d, int64_t i, __m256i* rows) {
  __m512 x[kPoints];
  for (int64_t k = 0; k < kPoints; k++) x[k] = widen(d[k] + i);
  for (int64_t k = 0; k < kSide; k++) inward(x + k, kSide);
  for (int64_t k = 0; k < kSide; k++) {
    inward(x + k * kSide, 1);
    for (int64_t j = 0; j < kSide; j++)
      rows[k * kSide + j] = narrow(x[k * kSide + j]);
  }
}

// read_tile writes that of all channels to places that are step numbers apart.
TARGET void read_tile(const Bits* const* d, int64_t channels, Bits* to,
                      int64_t step) {
  for (int64_t i = 0; i < channels; i += 16) {
    __m256i rows[kPoints];
    read_channels(d, i, rows);
    for (int64_t k = 0; k < kPoints; k++) store(to + k * step + i, rows[k]);
  }
}

// spread_channels writes A g Aᵀ of 16 channels of the gradients g.
INLINE void spread_channels(const Bits* const* g, int64_t i, __m256i* rows) {
  __m512 x[kPoints];
  for (int64_t k = 0; k < kTile; k++)
    for (int64_t j = 0; j < kTile; j++)
      x[k * kSide + j] = widen(g[k * kTile + j] + i);
  for (int64_t j = 0; j < kTile; j++) spread(x + j, kSide);
  for (int64_t k = 0; k < kSide; k++) {
    spread(x + k * kSide, 1);
    for (int64_t j = 0; j < kSide; j++)
      rows[k * kSide + j] = narrow(x[k * kSide + j]);
  }
}

// pair_tiles writes two tiles' numbers side by side, in panels that are apart
// numbers apart and points that are step apart.
template <bool inputs>
TARGET void pair_tiles(const Bits* const* even, const Bits* const* odd,
                       int64_t channels, Bits* to, int64_t apart,
                       int64_t step) {
  for (int64_t i = 0; i < channels; i += 16) {
    __m256i a[kPoints], b[kPoints];
    if (inputs) {
      read_channels(even, i, a);
      read_channels(odd, i, b);
    } else {
      spread_channels(even, i, a);
      spread_channels(odd, i, b);
    }
    Bits* at = to + i / kPanel * apart + i % kPanel * 2;
    for (int64_t k = 0; k < kPoints; k++)
      _mm512_storeu_si512(at + k * step, pair(a[k], b[k]));
  }
}

// write_tile writes Aᵀ x A plus what is added to the outputs; ReLU cuts off
// what is below least.
TARGET void write_tile(const float* from, int64_t step, int64_t channels,
                       const float* bias, const Bits* const* added, float least,
                       Bits* const* to) {
  const __m512 floor = _mm512_set1_ps(least);
  for (int64_t i = 0; i < channels; i += 16) {
    __m512 x[kPoints], b = _mm512_loadu_ps(bias + i);
    for (int64_t k = 0; k < kPoints; k++)
      x[k] = _mm512_loadu_ps(from + k * step + i);
    for (int64_t k = 0; k < kSide; k++) outward(x + k, kSide);
    for (int64_t k = 0; k < kTile; k++) {
      outward(x + k * kSide, 1);
      for (int64_t j = 0; j < kTile; j++) {
        __m512 y = x[k * kSide + j] + b + widen(added[k * kTile + j] + i);
        // Of two it returns the second where either is no number.
        store(to[k * kTile + j] + i, narrow(_mm512_max_ps(floor, y)));
      }
    }
  }
}

// Rows are those of a product's left side: row r's pair k is at
// from + 2 (r * row + k * pair).
struct Rows {
  const Bits* from;
  int64_t row, pair;
};

// multiply writes so many rows times a panel of pairs, to rows of 64 numbers
// that are step apart, or adds it to them.
template <int count>
TARGET void multiply(const Rows& a, const Bits* panel, int64_t pairs, float* to,
                     int64_t step, bool add) {
  constexpr int wide = kPanel / 16;
  __m512 sum[count][wide];
  for (int r = 0; r < count; r++)
    for (int j = 0; j < wide; j++)
      sum[r][j] =
          add ? _mm512_loadu_ps(to + r * step + j * 16) : _mm512_setzero_ps();
  for (int64_t k = 0; k < pairs; k++) {
    __m512bh b[wide];
    for (int j = 0; j < wide; j++)
      b[j] = reinterpret_cast<__m512bh>(
          _mm512_loadu_si512(panel + k * 2 * kPanel + j * 32));
    for (int r = 0; r < count; r++) {
      int32_t both;
      std::memcpy(&both, a.from + 2 * (r * a.row + k * a.pair), sizeof both);
      __m512bh x = reinterpret_cast<__m512bh>(_mm512_set1_epi32(both));
      for (int j = 0; j < wide; j++)
        sum[r][j] = _mm512_dpbf16_ps(sum[r][j], x, b[j]);
    }
  }
  for (int r = 0; r < count; r++)
    for (int j = 0; j < wide; j++)
      _mm512_storeu_ps(to + r * step + j * 16, sum[r][j]);
}

// multiply_all is multiply of any number of rows.
void multiply_all(Rows a, int64_t rows, const Bits* panel, int64_t pairs,
                  float* to, int64_t step) {
  constexpr decltype(&multiply<1>) by_count[] = {multiply<1>, multiply<2>,
                                                 multiply<3>, multiply<4>,
                                                 multiply<5>, multiply<6>};
  for (int64_t left = rows, count; left > 0; left -= count) {
    const int64_t groups = (left + 5) / 6;
    count = (left + groups - 1) / groups;
    by_count[count - 1](a, panel, pairs, to, step, false);
    a.from += 2 * count * a.row;
    to += count * step;
  }
}

// turn writes 16 rows of 16 numbers, step apart, as columns.
TARGET void turn(const float* from, int64_t step, float* to) {
  __m512 x[16], y[16];
  for (int i = 0; i < 16; i++) x[i] = _mm512_loadu_ps(from + i * step);
  for (int i = 0; i < 16; i += 2) {
    y[i] = _mm512_unpacklo_ps(x[i], x[i + 1]);
    y[i + 1] = _mm512_unpackhi_ps(x[i], x[i + 1]);
  }
  for (int i = 0; i < 16; i += 4)
    for (int j = 0; j < 2; j++) {
      __m512d upper = _mm512_castps_pd(y[i + j]),
              lower = _mm512_castps_pd(y[i + 2 + j]);
      x[i + 2 * j] = _mm512_castpd_ps(_mm512_unpacklo_pd(upper, lower));
      x[i + 2 * j + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(upper, lower));
    }
  // x[4 g + c] holds columns c, 4 + c, 8 + c, 12 + c of rows 4 g to 4 g + 3.
  for (int c = 0; c < 4; c++) {
    __m512 p = _mm512_shuffle_f32x4(x[c], x[4 + c], 0x88),
           q = _mm512_shuffle_f32x4(x[c], x[4 + c], 0xdd),
           r = _mm512_shuffle_f32x4(x[8 + c], x[12 + c], 0x88),
           s = _mm512_shuffle_f32x4(x[8 + c], x[12 + c], 0xdd);
    _mm512_storeu_ps(to + c * 16, _mm512_shuffle_f32x4(p, r, 0x88));
    _mm512_storeu_ps(to + (4 + c) * 16, _mm512_shuffle_f32x4(q, s, 0x88));
    _mm512_storeu_ps(to + (8 + c) * 16, _mm512_shuffle_f32x4(p, r, 0xdd));
    _mm512_storeu_ps(to + (12 + c) * 16, _mm512_shuffle_f32x4(q, s, 0xdd));
  }
}

// lift_row is G w Gᵀ of 16 windows whose numbers are tap apart.
INLINE void lift_row(const float* w, int64_t tap, __m256i* lifted) {
  __m512 x[kPoints];
  for (int64_t k = 0; k < 3; k++)
    for (int64_t j = 0; j < 3; j++)
      x[k * kSide + j] = _mm512_loadu_ps(w + (k * 3 + j) * tap);
  for (int64_t j = 0; j < 3; j++) lift(x + j, kSide);
  for (int64_t k = 0; k < kSide; k++) {
    lift(x + k * kSide, 1);
    for (int64_t j = 0; j < kSide; j++)
      lifted[k * kSide + j] = narrow(x[k * kSide + j]);
  }
}

// lift_rows writes those of two rows side by side, points that are step apart.
TARGET void lift_rows(const float* even, const float* odd, int64_t tap,
                      Bits* to, int64_t step) {
  __m256i a[kPoints], b[kPoints];
  lift_row(even, tap, a);
  lift_row(odd, tap, b);
  for (int64_t k = 0; k < kPoints; k++)
    _mm512_storeu_si512(to + k * step, pair(a[k], b[k]));
}

// settle_weights writes Gᵀ x G, (3, 3, in), of kPoints rows of a panel that
// are step apart.
TARGET void settle_weights(const float* from, int64_t step, float* to,
                           int64_t in) {
  for (int64_t i = 0; i < kPanel; i += 16) {
    __m512 x[kPoints];
    for (int64_t k = 0; k < kPoints; k++)
      x[k] = _mm512_loadu_ps(from + k * step + i);
    for (int64_t k = 0; k < kSide; k++) settle(x + k, kSide);
    for (int64_t k = 0; k < 3; k++) {
      settle(x + k * kSide, 1);
      for (int64_t j = 0; j < 3; j++)
        _mm512_storeu_ps(to + (k * 3 + j) * in + i, x[k * kSide + j]);
    }
  }
}

// The shape of packed weights of so many rows, and where they lie in memory.
std::array<int64_t, 5> packed_sizes(int64_t rows, int64_t columns) {
  return {kPoints, columns / kPanel, rows / 2, kPanel, 2};
}

std::array<int64_t, 5> packed_strides(int64_t rows, int64_t columns) {
  return {rows * columns + kLine, rows * kPanel, 2 * kPanel, 2, 1};
}

// Tiling is what a convolution goes over, and how it is cut into tiles.
struct Tiling {
  int64_t pictures, height, width, in, out;

  int64_t down() const { return (height + 1) / kTile; }
  int64_t across() const { return (width + 1) / kTile; }
  int64_t tiles() const { return pictures * down() * across(); }

  // inputs points to a tile's inputs; beyond the edge, and behind the last
  // tile, there are zeros.
  void inputs(int64_t tile, const Pictures& x, const Bits* zeros,
              const Bits** d) const {
    const int64_t of = tile % (down() * across()),
                  picture = tile / (down() * across()),
                  top = of / across() * kTile - 1,
                  left = of % across() * kTile - 1;
    auto of_picture =
        picture < pictures ? static_cast<const Bits*>(x[picture]) : nullptr;
    for (int64_t i = 0; i < kPoints; i++) {
      int64_t y = top + i / kSide, z = left + i % kSide;
      bool inside =
          picture < pictures && y >= 0 && y < height && z >= 0 && z < width;
      d[i] = inside ? of_picture + (y * width + z) * in : zeros;
    }
  }

  // outputs finds a tile's outputs in its picture, and reports which that is;
  // there is none beyond the edge.
  int64_t outputs(int64_t tile, int64_t* d) const {
    const int64_t of = tile % (down() * across()),
                  picture = tile / (down() * across()),
                  top = of / across() * kTile, left = of % across() * kTile;
    for (int64_t i = 0; i < kTile * kTile; i++) {
      int64_t y = top + i / kTile, z = left + i % kTile;
      bool inside = picture < pictures && y < height && z < width;
      d[i] = inside ? (y * width + z) * out : -1;
    }
    return picture;
  }

  // read points to what lies where a tile's outputs do, or to zeros.
  void read(int64_t tile, const Pictures& x, const Bits* zeros,
            const Bits** d) const {
    int64_t at[kTile * kTile], picture = outputs(tile, at);
    for (int64_t i = 0; i < kTile * kTile; i++)
      d[i] = at[i] < 0 ? zeros : static_cast<const Bits*>(x[picture]) + at[i];
  }

  // write points to a tile's outputs, or elsewhere beyond the edge.
  void write(int64_t tile, Bits* x, Bits* elsewhere, Bits** d) const {
    int64_t at[kTile * kTile], picture = outputs(tile, at);
    for (int64_t i = 0; i < kTile * kTile; i++)
      d[i] = at[i] < 0 ? elsewhere : x + picture * height * width * out + at[i];
  }
};

const Bits* bits(const Tensor& x) {
  return static_cast<const Bits*>(x.const_data_ptr());
}

Bits* bits_to(const Tensor& x) {
  return static_cast<Bits*>(x.mutable_data_ptr());
}

// scratch returns memory of this thread for so many bytes, whose numbers nobody
// keeps: as large as the largest that was asked for.
template <typename Number>
Number* scratch(int which, int64_t numbers) {
  thread_local std::array<Tensor, 2> kept;
  Tensor& x = kept[which];
  const int64_t bytes = numbers * static_cast<int64_t>(sizeof(Number));
  if (!x.defined() || x.numel() < bytes) x = at::empty({bytes}, at::kByte);
  return static_cast<Number*>(x.mutable_data_ptr());
}

// Operands are those of one convolution.
struct Operands {
  Tiling shape;
  const Pictures& x;
  const Bits* weight;
  const Pictures* other;  // may be null
  const float* bias;
  Bits* out;
  float least;

  // at_once is how many tiles are multiplied at once: enough to read the
  // weights for, and few enough for what is made of them to stay in a core's
  // cache.
  int64_t at_once() const {
    return std::clamp<int64_t>((shape.in + shape.out) / 3, 48, 128);
  }

  // run does the tiles from one to before another.
  void run(int64_t from, int64_t to) const {
    const int64_t in = shape.in, out_channels = shape.out,
                  most = std::min(to - from, at_once());
    const int64_t read = most * in + kLine, written = most * out_channels + 16;
    std::vector<Bits> zeros(std::max(in, out_channels)), waste(out_channels);
    Bits* seen = scratch<Bits>(0, kPoints * read);
    float* sums = scratch<float>(1, kPoints * written);
    for (int64_t first = from; first < to; first += most) {
      const int64_t count = std::min(most, to - first);
      for (int64_t i = 0; i < count; i++) {
        const Bits* d[kPoints];
        shape.inputs(first + i, x, zeros.data(), d);
        read_tile(d, in, seen + i * in, read);
      }
      for (int64_t p = 0; p < kPoints; p++)
        for (int64_t o = 0; o < out_channels; o += kPanel)
          multiply_all({seen + p * read, in / 2, 1}, count,
                       weight + p * (out_channels * in + kLine) + o * in,
                       in / 2, sums + p * written + o, out_channels);
      for (int64_t i = 0; i < count; i++) {
        const Bits* added[kTile * kTile];
        Bits* wanted[kTile * kTile];
        std::fill_n(added, kTile * kTile, zeros.data());
        if (other) shape.read(first + i, *other, zeros.data(), added);
        shape.write(first + i, out, waste.data(), wanted);
        write_tile(sums + i * out_channels, written, out_channels, bias, added,
                   least, wanted);
      }
    }
  }
};

// weight_gradient writes that of a weight, (O, 3, 3, C).
void weight_gradient(const Tiling& s, const Pictures& x, const Pictures& g,
                     float* to) {
  constexpr int64_t rows = 4, most_pairs = 64;
  const int64_t all = (s.tiles() + 1) / 2, at_once = std::min(all, most_pairs),
                apart = at_once * 2 * kPanel, reads = s.in / kPanel * apart,
                spreads = s.out / kPanel * apart, read = reads + kLine,
                spread = spreads + kLine, block = kPoints * rows * kPanel,
                panels = s.in / kPanel;
  std::vector<Bits> zeros(std::max(s.in, s.out));
  Bits* inputs = scratch<Bits>(0, kPoints * read);
  Bits* gradients = scratch<Bits>(1, kPoints * spread);
  const bool once = all <= at_once;
  Tensor sums =
      at::empty({once ? 0 : s.out / rows * panels * block}, at::kFloat);
  for (int64_t first = 0; first < all; first += at_once) {
    const int64_t count = std::min(at_once, all - first);
    at::parallel_for(0, count, 8, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        const Bits *even[kPoints], *odd[kPoints];
        const int64_t tile = 2 * (first + i);
        s.inputs(tile, x, zeros.data(), even);
        s.inputs(tile + 1, x, zeros.data(), odd);
        pair_tiles<true>(even, odd, s.in, inputs + i * 2 * kPanel, apart, read);
        s.read(tile, g, zeros.data(), even);
        s.read(tile + 1, g, zeros.data(), odd);
        pair_tiles<false>(even, odd, s.out, gradients + i * 2 * kPanel, apart,
                          spread);
      }
    });
    const bool last = first + count == all;
    at::parallel_for(0, s.out / rows, 1, [&](int64_t begin, int64_t end) {
      alignas(64) float own[block];
      for (int64_t i = begin; i < end; i++)
        for (int64_t panel = 0; panel < panels; panel++) {
          float* sum =
              once ? own
                   : sums.data_ptr<float>() + (i * panels + panel) * block;
          const int64_t o = i * rows;
          for (int64_t p = 0; p < kPoints; p++)
            multiply<rows>(
                {gradients + p * spread + o / kPanel * apart + o % kPanel * 2,
                 1, kPanel},
                inputs + p * read + panel * apart, count,
                sum + p * rows * kPanel, kPanel, first > 0);
          if (!last) continue;
          for (int64_t r = 0; r < rows; r++)
            settle_weights(sum + r * kPanel, rows * kPanel,
                           to + (o + r) * 9 * s.in + panel * kPanel, s.in);
        }
    });
  }
}

// pack writes lifted windows of 16 outputs of weight, (O, 3, 3, C), as pairs of
// rows in panels of columns.
void pack(const float* weight, int64_t out, int64_t in, bool turned,
          int64_t first, Bits* packed) {
  const int64_t rows = turned ? out : in, columns = turned ? in : out,
                step = rows * columns + kLine;
  alignas(64) float taps[9][16][16];
  for (int64_t i = 0; i < in; i += 16) {
    const int64_t r = turned ? first : i, c = turned ? i : first;
    Bits* to =
        packed + (c / kPanel * rows / 2 + r / 2) * 2 * kPanel + c % kPanel * 2;
    for (int64_t k = 0; k < 9 && !turned; k++)
      turn(weight + (c * 9 + k) * in + r, 9 * in, taps[k][0]);
    for (int64_t j = 0; j < 16; j += 2, to += 2 * kPanel) {
      if (turned) {  // the last tap comes first
        const float* row = weight + ((r + j) * 9 + 8) * in + c;
        lift_rows(row, row + 9 * in, -in, to, step);
      } else {
        lift_rows(taps[0][j], taps[0][j + 1], 16 * 16, to, step);
      }
    }
  }
}

}  // namespace

bool winograd_bfloat16_suits(const Tensor& weight, const tg_conv2d_options& o) {
  auto ones = [](const int64_t(&pair)[2]) {
    return pair[0] == 1 && pair[1] == 1;
  };
  return supported() && weight.dim() == 4 && weight.size(2) == 3 &&
         weight.size(3) == 3 && ones(o.stride) && ones(o.padding) &&
         ones(o.dilation) && o.groups == 1 && weight.size(0) > 0 &&
         weight.size(1) > 0 && weight.size(0) % kPanel == 0 &&
         weight.size(1) % kPanel == 0;
}

Tensor winograd_bfloat16_pack(const Tensor& weight, bool turned) {
  TORCH_CHECK(weight.device().is_cpu() && weight.layout() == at::kStrided,
              "a weight on ", weight.device(), " has no such layout");
  Tensor w =
      weight.detach().to(at::kFloat).contiguous(at::MemoryFormat::ChannelsLast);
  const int64_t out = w.size(0), in = w.size(1), rows = turned ? out : in,
                columns = turned ? in : out;
  auto make = [&] {
    return at::empty({kPoints * (rows * columns + kLine)}, at::kBFloat16)
        .as_strided(packed_sizes(rows, columns), packed_strides(rows, columns));
  };
  return together(weight, turned ? Purpose::kPairsTurned : Purpose::kPairs,
                  out / 16, make, [&](const Tensor& packed, int64_t piece) {
                    pack(w.const_data_ptr<float>(), out, in, turned, piece * 16,
                         bits_to(packed));
                  });
}

Tensor winograd_bfloat16(const Tensor& x, const Tensor& weight,
                         const std::optional<Tensor>& bias, const Tensor* other,
                         bool relu, bool onto) {
  TORCH_CHECK(supported(), "this processor has no products of bfloat16");
  TORCH_CHECK(weight.device().is_cpu() &&
                  weight.scalar_type() == at::kBFloat16 && weight.dim() == 5,
              "a weight of pack_conv2d wanted");
  const int64_t in = weight.size(2) * 2, channels = weight.size(1) * kPanel;
  TORCH_CHECK(in > 0 && in % kPanel == 0 &&
                  weight.sizes() == packed_sizes(in, channels) &&
                  weight.strides() == packed_strides(in, channels),
              "a weight of pack_conv2d wanted");
  const auto sizes =
      winograd_sizes(at::kBFloat16, in, channels, x, bias, other);
  auto last = at::MemoryFormat::ChannelsLast;
  const Parts all{{x, other ? *other : Tensor()}};
  const Pictures from(all, &Part::x);
  std::optional<Pictures> add;
  if (other) add.emplace(all, &Part::g);
  Tensor b = bias ? bias->to(at::kFloat) : at::zeros({channels}, at::kFloat);
  const bool over =
      onto && other && other->is_contiguous(last) && !other->is_alias_of(x);
  Tensor out = over ? *other : at::empty(sizes, x.options(), last);
  if (out.numel() == 0) return out;
  Tiling shape{x.size(0), x.size(2), x.size(3), in, channels};
  Operands work{shape,
                from,
                bits(weight),
                add ? &*add : nullptr,
                b.const_data_ptr<float>(),
                bits_to(out),
                relu ? 0.f : -std::numeric_limits<float>::infinity()};
  at::parallel_for(0, shape.tiles(), 16,
                   [&](int64_t begin, int64_t end) { work.run(begin, end); });
  return out;
}

Tensor winograd_bfloat16_gradient(const Parts& parts) {
  const Tensor &x = parts[0].x, &g = parts[0].g;
  const Pictures from(parts, &Part::x), wanted(parts, &Part::g);
  Tiling shape{from.size(), x.size(2), x.size(3), x.size(1), g.size(1)};
  Tensor gradient = at::empty({shape.out, 3, 3, shape.in}, at::kFloat);
  weight_gradient(shape, from, wanted, gradient.data_ptr<float>());
  return gradient.permute({0, 3, 1, 2});
}

#else

bool winograd_bfloat16_suits(const Tensor&, const tg_conv2d_options&) {
  return false;
}

Tensor winograd_bfloat16_pack(const Tensor&, bool) {
  TORCH_CHECK(false, "this processor has no products of bfloat16");
}

Tensor winograd_bfloat16(const Tensor&, const Tensor&,
                         const std::optional<Tensor>&, const Tensor*, bool,
                         bool) {
  TORCH_CHECK(false, "this processor has no products of bfloat16");
}

Tensor winograd_bfloat16_gradient(const Parts&) {
  TORCH_CHECK(false, "this processor has no products of bfloat16");
}

#endif

}  // namespace seetell
