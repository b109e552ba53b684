// Convolutions of 3 × 3 by Winograd's way (Lavin and Gray 2016, "Fast
// Algorithms for Convolutional Neural Networks", section 4): a tile of m × m
// outputs reads n × n inputs, n = m + 2, and costs n² multiplications for each
// pair of channels instead of 9 m². F(2 × 2) has 16 in place of 36, F(4 × 4) 36
// in place of 144.
#include "winograd.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace seetell {

using at::Tensor;

namespace {

// Channels come in multiples of most_lanes, the numbers of the widest register.
constexpr int64_t most_lanes = 16;

// Lanes is a register's width of channels side by side. One wider than the
// processor's registers is taken apart and put together again in memory, which
// takes many times as long.
template <int64_t width>
struct Register {
  typedef float Lanes __attribute__((vector_size(width * sizeof(float))));
  typedef double Doubles __attribute__((vector_size(width * sizeof(double))));
};

#define ALWAYS_INLINE inline __attribute__((always_inline))

template <class Lanes>
ALWAYS_INLINE void load(Lanes& x, const float* from) {
  std::memcpy(&x, from, sizeof x);
}

template <class Lanes>
ALWAYS_INLINE void store(float* to, const Lanes& x) {
  std::memcpy(to, &x, sizeof x);
}

// Two is F(2 × 2), by the points 0, ±1 and infinity.
struct Two {
  static constexpr int64_t m = 2, n = 4;

  // inward puts Bᵀ x in the place of x, step apart.
  template <class Lanes>
  static ALWAYS_INLINE void inward(Lanes* x, int64_t step) {
    Lanes &a = x[0], &b = x[step], &c = x[2 * step], &d = x[3 * step];
    Lanes p = a - c, q = b + c, r = c - b, s = b - d;
    a = p, b = q, c = r, d = s;
  }

  // outward puts Aᵀ x in the first m places of x.
  template <class Lanes>
  static ALWAYS_INLINE void outward(Lanes* x, int64_t step) {
    Lanes &a = x[0], &b = x[step], &c = x[2 * step], &d = x[3 * step];
    Lanes p = a + b + c, q = b - c - d;
    a = p, b = q;
  }

  static constexpr double G[n][3] = {
      {1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}};
};

// Four is F(4 × 4), by the points 0, ±5/8, ±3/2 and infinity, whose rounding is
// a quarter of that of the usual ones, 0, ±1, ±2 and infinity.
struct Four {
  static constexpr int64_t m = 4, n = 6;
  static constexpr double p = 5. / 8, q = 3. / 2;

  template <class Lanes>
  static ALWAYS_INLINE void inward(Lanes* x, int64_t step) {
    constexpr float pp = p * p, qq = q * q, both = pp * qq, sum = pp + qq;
    constexpr float u = p, v = q;
    Lanes &a = x[0], &b = x[step], &c = x[2 * step], &d = x[3 * step];
    Lanes &e = x[4 * step], &f = x[5 * step];
    Lanes first = both * a - sum * c + e, last = both * b - sum * d + f;
    Lanes evenp = e - qq * c, oddp = u * (d - qq * b);
    Lanes evenq = e - pp * c, oddq = v * (d - pp * b);
    a = first, b = evenp + oddp, c = evenp - oddp;
    d = evenq + oddq, e = evenq - oddq, f = last;
  }

  template <class Lanes>
  static ALWAYS_INLINE void outward(Lanes* x, int64_t step) {
    constexpr float u = p, v = q, pp = p * p, qq = q * q;
    constexpr float ppp = p * pp, qqq = q * qq;
    Lanes &a = x[0], &b = x[step], &c = x[2 * step], &d = x[3 * step];
    Lanes &e = x[4 * step], &f = x[5 * step];
    Lanes sump = b + c, lessp = b - c, sumq = d + e, lessq = d - e;
    Lanes last = ppp * lessp + qqq * lessq + f;
    a = a + sump + sumq, b = u * lessp + v * lessq;
    c = pp * sump + qq * sumq, d = last;
  }

  // spread puts A x of the first m places of x in all n.
  template <class Lanes>
  static ALWAYS_INLINE void spread(Lanes* x, int64_t step) {
    constexpr float u = p, v = q, pp = p * p, qq = q * q;
    constexpr float ppp = p * pp, qqq = q * qq;
    Lanes &a = x[0], &b = x[step], &c = x[2 * step], &d = x[3 * step];
    Lanes &e = x[4 * step], &f = x[5 * step];
    Lanes evenp = a + pp * c, oddp = u * b + ppp * d;
    Lanes evenq = a + qq * c, oddq = v * b + qqq * d;
    f = d, b = evenp + oddp, c = evenp - oddp;
    d = evenq + oddq, e = evenq - oddq;
  }

  // settle puts Gᵀ x in the first three places of x.
  template <class Lanes>
  static ALWAYS_INLINE void settle(Lanes* x, int64_t step) {
    constexpr float zero = G[0][0], onep = G[1][0], u = G[1][1], uu = G[1][2];
    constexpr float oneq = G[3][0], v = G[3][1], vv = G[3][2];
    Lanes &a = x[0], &b = x[step], &c = x[2 * step], &d = x[3 * step];
    Lanes &e = x[4 * step], &f = x[5 * step];
    Lanes sump = b + c, lessp = b - c, sumq = d + e, lessq = d - e;
    a = zero * a + onep * sump + oneq * sumq, b = u * lessp + v * lessq;
    c = uu * sump + vv * sumq + f;
  }

  static constexpr double pp = p * p, qq = q * q;
  static constexpr double np = 2 * pp * (pp - qq), nq = 2 * qq * (qq - pp);
  static constexpr double G[n][3] = {
      {1 / (pp * qq), 0, 0},      {1 / np, p / np, pp / np},
      {1 / np, -p / np, pp / np}, {1 / nq, q / nq, qq / nq},
      {1 / nq, -q / nq, qq / nq}, {0, 0, 1}};
};

// least_channels is where what it saves exceeds what the tiles cost.
constexpr int64_t least_channels = 32;

// least_side is the smallest side of a map that is cut into tiles of 4 × 4:
// below it they are few for the weights that are read, and much is beyond the
// edge.
constexpr int64_t least_side = 14;

// Shape is what a convolution goes over.
struct Shape {
  int64_t height, width, in, out, down, across;  // down × across tiles

  int64_t tiles() const { return down * across; }

  // at_once is how many tiles are multiplied at once: enough to read the
  // weights for, and few enough for what is made of them to stay in a core's
  // cache.
  int64_t at_once() const {
    return std::clamp<int64_t>(std::max(in, out) / 2, 16, 256);
  }
};

// Place is where a tile's outputs begin.
struct Place {
  int64_t picture, y, x;
};

inline Place place(const Shape& s, int64_t tile, int64_t m) {
  int64_t of = tile % s.tiles();
  return {tile / s.tiles(), of / s.across * m, of % s.across * m};
}

// read_tile writes Bᵀ d B of the n × n inputs d, channel by channel, to n²
// places that are step numbers apart.
template <class Way, int64_t lanes>
ALWAYS_INLINE void read_tile(const float* const* d, int64_t channels, float* to,
                             int64_t step) {
  constexpr int64_t n = Way::n;
  typedef typename Register<lanes>::Lanes Lanes;
  for (int64_t i = 0; i < channels; i += lanes) {
    Lanes x[n * n];
    for (int64_t k = 0; k < n * n; k++) load(x[k], d[k] + i);
    for (int64_t k = 0; k < n; k++) Way::inward(x + k, n);
    for (int64_t k = 0; k < n; k++) {
      Way::inward(x + k * n, 1);
      for (int64_t j = 0; j < n; j++)
        store(to + (k * n + j) * step + i, x[k * n + j]);
    }
  }
}

// write_tile writes Aᵀ x A plus what is added to m × m outputs; ReLU cuts off
// what is below least.
template <class Way, int64_t lanes>
ALWAYS_INLINE void write_tile(const float* from, int64_t step, int64_t channels,
                              const float* bias, const float* const* added,
                              float least, float* const* to) {
  constexpr int64_t n = Way::n, m = Way::m;
  typedef typename Register<lanes>::Lanes Lanes;
  for (int64_t i = 0; i < channels; i += lanes) {
    Lanes x[n * n], b;
    load(b, bias + i);
    for (int64_t k = 0; k < n * n; k++) load(x[k], from + k * step + i);
    for (int64_t k = 0; k < n; k++) Way::outward(x + k, n);
    for (int64_t k = 0; k < m; k++) {
      Way::outward(x + k * n, 1);
      for (int64_t j = 0; j < m; j++) {
        Lanes more;
        load(more, added[k * m + j] + i);
        Lanes y = x[k * n + j] + b + more;
        store(to[k * m + j] + i, y < least ? Lanes{} + least : y);
      }
    }
  }
}

// spread_tile writes A g Aᵀ of the m × m gradients g, channel by channel.
template <class Way, int64_t lanes>
ALWAYS_INLINE void spread_tile(const float* const* g, int64_t channels,
                               float* to, int64_t step) {
  constexpr int64_t n = Way::n, m = Way::m;
  typedef typename Register<lanes>::Lanes Lanes;
  for (int64_t i = 0; i < channels; i += lanes) {
    Lanes x[n * n];
    for (int64_t k = 0; k < m; k++)
      for (int64_t j = 0; j < m; j++) load(x[k * n + j], g[k * m + j] + i);
    for (int64_t j = 0; j < m; j++) Way::spread(x + j, n);
    for (int64_t k = 0; k < n; k++) {
      Way::spread(x + k * n, 1);
      for (int64_t j = 0; j < n; j++)
        store(to + (k * n + j) * step + i, x[k * n + j]);
    }
  }
}

// lift_weights writes G w Gᵀ of count windows w of 3 × 3, each place's numbers
// side by side: in float64, so that they are rounded once.
template <class Way, int64_t lanes>
ALWAYS_INLINE void lift_weights(const float* w, int64_t count, float* to) {
  constexpr int64_t n = Way::n, at_once = lanes / 2;
  typedef typename Register<at_once>::Lanes Halves;
  typedef typename Register<at_once>::Doubles Doubles;
  for (int64_t i = 0; i < count; i += at_once) {
    Doubles d[9], half[n * 3];
    for (int64_t k = 0; k < 9; k++) {
      Halves x;
      load(x, w + k * count + i);
      d[k] = __builtin_convertvector(x, Doubles);
    }
    for (int64_t k = 0; k < n; k++)
      for (int64_t j = 0; j < 3; j++)
        half[k * 3 + j] = Way::G[k][0] * d[j] + Way::G[k][1] * d[3 + j] +
                          Way::G[k][2] * d[6 + j];
    for (int64_t k = 0; k < n; k++)
      for (int64_t j = 0; j < n; j++) {
        Doubles x = Way::G[j][0] * half[k * 3] +
                    Way::G[j][1] * half[k * 3 + 1] +
                    Way::G[j][2] * half[k * 3 + 2];
        store(to + (k * n + j) * count + i, __builtin_convertvector(x, Halves));
      }
  }
}

// TILES are the functions of a tile for processors of so many lanes.
#define TILES(target, lanes)                                                 \
  target void read(int64_t m, const float* const* d, int64_t channels,       \
                   float* to, int64_t step) {                                \
    if (m == Two::m)                                                         \
      read_tile<Two, lanes>(d, channels, to, step);                          \
    else                                                                     \
      read_tile<Four, lanes>(d, channels, to, step);                         \
  }                                                                          \
  target void write(int64_t m, const float* from, int64_t step,              \
                    int64_t channels, const float* bias,                     \
                    const float* const* added, float least,                  \
                    float* const* to) {                                      \
    if (m == Two::m)                                                         \
      write_tile<Two, lanes>(from, step, channels, bias, added, least, to);  \
    else                                                                     \
      write_tile<Four, lanes>(from, step, channels, bias, added, least, to); \
  }                                                                          \
  target void spread(const float* const* g, int64_t channels, float* to,     \
                     int64_t step) {                                         \
    spread_tile<Four, lanes>(g, channels, to, step);                         \
  }                                                                          \
  target void lift(int64_t m, const float* w, int64_t count, float* to) {    \
    if (m == Two::m)                                                         \
      lift_weights<Two, lanes>(w, count, to);                                \
    else                                                                     \
      lift_weights<Four, lanes>(w, count, to);                               \
  }

#if defined(__x86_64__)
TILES(__attribute__((target("default"))), 4)
TILES(__attribute__((target("avx2,fma"))), 8)
TILES(__attribute__((target("avx512f"))), 16)
#else
TILES(, 4)
#endif

// The columns of a product that are multiplied for at once.
constexpr int64_t kColumns = 64;

#if defined(__x86_64__)

#define WIDE __attribute__((target("avx512f")))

// multiply writes, or adds to, four rows of a panel, apart numbers apart: the
// sum over count of a's four numbers times b's row, of which each is so many
// numbers from the next.
WIDE void multiply(const float* a, int64_t next_a, const float* b,
                   int64_t next_b, int64_t count, float* to, int64_t apart,
                   bool add) {
  typedef Register<16>::Lanes Lanes;
  constexpr int rows = 4, wide = kColumns / 16;
  Lanes sum[rows][wide] = {};
  for (int64_t k = 0; k < count; k++) {
    Lanes x[wide];
    for (int j = 0; j < wide; j++) load(x[j], b + k * next_b + j * 16);
    for (int r = 0; r < rows; r++)
      for (int j = 0; j < wide; j++) sum[r][j] += a[k * next_a + r] * x[j];
  }
  for (int r = 0; r < rows; r++)
    for (int j = 0; j < wide; j++) {
      Lanes before = {};  // sums of sums round less than one long sum
      if (add) load(before, to + r * apart + j * 16);
      store(to + r * apart + j * 16, before + sum[r][j]);
    }
}

// settle_row writes Gᵀ s G, (3, 3, in), of a panel's numbers of each point,
// which are step apart.
WIDE void settle_row(const float* from, int64_t step, float* to, int64_t in) {
  constexpr int64_t n = Four::n;
  typedef Register<16>::Lanes Lanes;
  for (int64_t i = 0; i < kColumns; i += 16) {
    Lanes x[n * n];
    for (int64_t k = 0; k < n * n; k++) load(x[k], from + k * step + i);
    for (int64_t k = 0; k < n; k++) Four::settle(x + k, n);
    for (int64_t k = 0; k < 3; k++) {
      Four::settle(x + k * n, 1);
      for (int64_t j = 0; j < 3; j++)
        store(to + (k * 3 + j) * in + i, x[k * n + j]);
    }
  }
}

// multiplies_panels reports whether that is faster than libtorch's products.
bool multiplies_panels() {
  static const bool is =
      __builtin_cpu_supports("avx512f") && !__builtin_cpu_is("intel");
  return is;
}

#endif

// Work is one convolution's operands, pixels of in or out channels each.
struct Work {
  Shape shape;
  const Pictures& x;
  const float* bias;
  const Pictures* other;  // may be null
  float* out;
  float least;
  int64_t m;  // of a tile's outputs a side

  int64_t n() const { return m + 2; }
  int64_t points() const { return n() * n(); }

  // read transforms a tile's inputs; beyond the edge there are zeros.
  void read(int64_t tile, const float* zeros, float* to, int64_t step) const {
    Place at = place(shape, tile, m);
    auto picture = static_cast<const float*>(x[at.picture]);
    std::array<const float*, 36> d;
    for (int64_t i = 0; i < points(); i++) {
      int64_t y = at.y + i / n() - 1, left = at.x + i % n() - 1;
      bool inside =
          y >= 0 && y < shape.height && left >= 0 && left < shape.width;
      d[i] = inside ? picture + pixel(y, left) * shape.in : zeros;
    }
    seetell::read(m, d.data(), shape.in, to, step);
  }

  // write transforms a tile's outputs; those beyond the edge go to waste.
  void write(int64_t tile, const float* from, int64_t step, const float* zeros,
             float* waste) const {
    Place at = place(shape, tile, m);
    std::array<const float*, 16> added;
    std::array<float*, 16> to;
    const int64_t before = at.picture * shape.height * shape.width;
    auto more =
        other ? static_cast<const float*>((*other)[at.picture]) : nullptr;
    for (int64_t i = 0; i < m * m; i++) {
      int64_t y = at.y + i / m, left = at.x + i % m;
      bool inside = y < shape.height && left < shape.width;
      int64_t offset = pixel(y, left) * shape.out;
      added[i] = inside && more ? more + offset : zeros;
      to[i] = inside ? out + before * shape.out + offset : waste;
    }
    seetell::write(m, from, step, shape.out, bias, added.data(), least,
                   to.data());
  }

  // spread transforms a tile's gradients, which lie where the outputs would.
  void spread(int64_t tile, const float* zeros, float* to, int64_t step) const {
    Place at = place(shape, tile, m);
    auto picture = static_cast<const float*>((*other)[at.picture]);
    std::array<const float*, 16> g;
    for (int64_t i = 0; i < m * m; i++) {
      int64_t y = at.y + i / m, left = at.x + i % m;
      bool inside = y < shape.height && left < shape.width;
      g[i] = inside ? picture + pixel(y, left) * shape.out : zeros;
    }
    seetell::spread(g.data(), shape.out, to, step);
  }

  int64_t pixel(int64_t y, int64_t left) const {
    return y * shape.width + left;
  }
};

// run does the tiles from one to before another.
void run(const Work& work, const Tensor& weight, int64_t from, int64_t to) {
  const Shape& s = work.shape;
  int64_t points = work.points(), most = std::min(to - from, s.at_once());
  Tensor zeros = at::zeros({std::max(s.in, s.out)}, at::kFloat);
  Tensor waste = at::empty({s.out}, at::kFloat);
  Tensor inputs = at::empty({points * (most * s.in + most_lanes)}, at::kFloat);
  Tensor outputs = at::empty({points * most * s.out}, at::kFloat);
  const float* none = zeros.const_data_ptr<float>();
  for (int64_t first = from; first < to; first += most) {
    int64_t count = std::min(most, to - first), written = count * s.out;
    // A line more keeps a tile's places out of one another's way in the cache.
    // What is written has to be in one piece, or each place is a call.
    int64_t read = count * s.in + most_lanes;
    Tensor in = inputs.as_strided({points, count, s.in}, {read, s.in, 1});
    Tensor out =
        outputs.narrow(0, 0, points * written).view({points, count, s.out});
    for (int64_t i = 0; i < count; i++) {
      work.read(first + i, none, in.data_ptr<float>() + i * s.in, read);
    }
    at::bmm_out(out, in, weight);
    for (int64_t i = 0; i < count; i++) {
      work.write(first + i, out.const_data_ptr<float>() + i * s.out, written,
                 none, waste.data_ptr<float>());
    }
  }
}

#if defined(__x86_64__)

// panels_gradient is winograd_gradient whose products are written out.
Tensor panels_gradient(const Work& work, int64_t tiles) {
  constexpr int64_t points = Four::n * Four::n, at_once = 128, rows = 4;
  // So few tiles of a panel stay in a core's cache with all their points: a
  // weight's are then settled as soon as they are summed up.
  constexpr int64_t few = 80;
  const int64_t in = work.shape.in, out = work.shape.out,
                most = std::min(tiles, at_once);
  Tensor zeros = at::zeros({std::max(in, out)}, at::kFloat);
  const float* none = zeros.const_data_ptr<float>();
  // A line more keeps a tile's places out of one another's way in the cache.
  const int64_t reads = most * in + most_lanes,
                spreads = most * out + most_lanes,
                step = tiles > few ? out * in + most_lanes : 0;
  Tensor inputs = at::empty({points * reads}, at::kFloat);
  Tensor gradients = at::empty({points * spreads}, at::kFloat);
  Tensor sums = at::empty({points * step}, at::kFloat);
  Tensor gradient = at::empty({out, 3, 3, in}, at::kFloat);
  float *x = inputs.data_ptr<float>(), *g = gradients.data_ptr<float>(),
        *sum = sums.data_ptr<float>(), *to = gradient.data_ptr<float>();
  for (int64_t first = 0; first < tiles; first += most) {
    const int64_t count = std::min(most, tiles - first);
    at::parallel_for(0, count, 8, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        work.read(first + i, none, x + i * in, reads);
        work.spread(first + i, none, g + i * out, spreads);
      }
    });
    if (step == 0) break;
    at::parallel_for(0, points, 1, [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; p++)
        for (int64_t i = 0; i < in; i += kColumns)
          for (int64_t o = 0; o < out; o += rows)
            multiply(g + p * spreads + o, out, x + p * reads + i, in, count,
                     sum + p * step + o * in + i, in, first > 0);
    });
  }
  at::parallel_for(0, out / rows, 8, [&](int64_t begin, int64_t end) {
    alignas(64) std::array<float, points * rows * kColumns> own;
    for (int64_t i = 0; i < in; i += kColumns)
      for (int64_t o = begin * rows; o < end * rows; o += rows) {
        for (int64_t p = 0; p < points && step == 0; p++)
          multiply(g + p * spreads + o, out, x + p * reads + i, in, tiles,
                   own.data() + p * rows * kColumns, kColumns, false);
        for (int64_t r = 0; r < rows; r++) {
          float* row = to + (o + r) * 9 * in + i;
          if (step == 0)
            settle_row(own.data() + r * kColumns, rows * kColumns, row, in);
          else
            settle_row(sum + (o + r) * in + i, step, row, in);
        }
      }
  });
  return gradient.permute({0, 3, 1, 2});
}

#endif

}  // namespace

bool winograd_suits(const Tensor& weight, const tg_conv2d_options& o) {
  auto ones = [](const int64_t(&pair)[2]) {
    return pair[0] == 1 && pair[1] == 1;
  };
  return weight.scalar_type() == at::kFloat && weight.dim() == 4 &&
         weight.size(2) == 3 && weight.size(3) == 3 && ones(o.stride) &&
         ones(o.padding) && ones(o.dilation) && o.groups == 1 &&
         weight.size(0) >= least_channels && weight.size(1) >= least_channels &&
         weight.size(0) % most_lanes == 0 && weight.size(1) % most_lanes == 0;
}

Tensor winograd_pack(const Tensor& weight, int64_t height, int64_t width) {
  TORCH_CHECK(weight.device().is_cpu() && weight.layout() == at::kStrided,
              "a weight on ", weight.device(), " has no such layout");
  int64_t m = std::min(height, width) >= least_side ? Four::m : Two::m;
  int64_t out = weight.size(0), in = weight.size(1);
  Tensor w = weight.detach().permute({2, 3, 1, 0}).contiguous();
  Tensor packed = at::empty({(m + 2) * (m + 2), in, out}, w.options());
  // A few at a time: places as far apart as all of them would be in one
  // another's way in the cache.
  constexpr int64_t few = most_lanes * most_lanes;
  const int64_t all = in * out, points = packed.size(0);
  const float* windows = w.const_data_ptr<float>();
  float* to = packed.data_ptr<float>();
  std::array<float, 9 * few> seen;
  std::array<float, 36 * few> lifted;
  for (int64_t i = 0; i < all; i += few) {
    for (int64_t k = 0; k < 9; k++)
      std::copy_n(windows + k * all + i, few, seen.data() + k * few);
    lift(m, seen.data(), few, lifted.data());
    for (int64_t k = 0; k < points; k++)
      std::copy_n(lifted.data() + k * few, few, to + k * all + i);
  }
  return packed;
}

Tensor winograd_pack_turned(const Tensor& weight, int64_t height,
                            int64_t width) {
  const int64_t m = std::min(height, width) >= least_side ? Four::m : Two::m;
  Tensor w = weight.detach().contiguous(at::MemoryFormat::ChannelsLast);
  const int64_t out = w.size(0), in = w.size(1), points = (m + 2) * (m + 2);
  const float* windows = w.const_data_ptr<float>();
  auto make = [&] { return at::empty({points, out, in}, w.options()); };
  auto fill = [&](const Tensor& packed, int64_t piece) {
    constexpr int64_t few = most_lanes * most_lanes;
    std::array<float, 9 * few> seen;
    std::array<float, 36 * few> lifted;
    float* to = packed.data_ptr<float>();
    for (int64_t o = piece * most_lanes; o < (piece + 1) * most_lanes; o++)
      for (int64_t i = 0, count; i < in; i += count) {
        count = std::min(few, in - i);
        for (int64_t k = 0; k < 9; k++)  // the last of a window comes first
          std::copy_n(windows + (o * 9 + 8 - k) * in + i, count,
                      seen.data() + k * count);
        lift(m, seen.data(), count, lifted.data());
        for (int64_t k = 0; k < points; k++)
          std::copy_n(lifted.data() + k * count, count,
                      to + (k * out + o) * in + i);
      }
  };
  return together(weight,
                  m == Two::m ? Purpose::kTurnedTwo : Purpose::kTurnedFour,
                  out / most_lanes, make, fill);
}

std::array<int64_t, 4> winograd_sizes(at::ScalarType type, int64_t in,
                                      int64_t out, const Tensor& x,
                                      const std::optional<Tensor>& bias,
                                      const Tensor* other) {
  auto suits = [type](const Tensor& t) {
    return t.device().is_cpu() && t.scalar_type() == type;
  };
  TORCH_CHECK(suits(x) && x.dim() == 4 && x.size(1) == in, "x is ",
              x.scalar_type(), x.sizes(), " on ", x.device(),
              ", the weight one of ", type, " that reads ", in, " channels");
  TORCH_CHECK(
      !bias || (suits(*bias) && bias->dim() == 1 && bias->size(0) == out),
      "a bias of ", type, " for each of the weight's ", out,
      " channels wanted");
  std::array<int64_t, 4> sizes{x.size(0), out, x.size(2), x.size(3)};
  TORCH_CHECK(!other || (suits(*other) && other->sizes() == sizes),
              "what is added to ", at::IntArrayRef(sizes), " wanted");
  return sizes;
}

Tensor winograd(const Tensor& x, const Tensor& weight,
                const std::optional<Tensor>& bias, const Tensor* other,
                bool relu) {
  TORCH_CHECK(weight.device().is_cpu() && weight.scalar_type() == at::kFloat &&
                  weight.dim() == 3 && weight.is_contiguous() &&
                  (weight.size(0) == 16 || weight.size(0) == 36) &&
                  weight.size(1) % most_lanes == 0 &&
                  weight.size(2) % most_lanes == 0,
              "a weight of pack_conv2d wanted");
  const int64_t channels = weight.size(2);
  const auto sizes =
      winograd_sizes(at::kFloat, weight.size(1), channels, x, bias, other);
  auto last = at::MemoryFormat::ChannelsLast;
  const Parts all{{x, other ? *other : Tensor()}};
  const Pictures from(all, &Part::x);
  std::optional<Pictures> add;
  if (other) add.emplace(all, &Part::g);
  Tensor b = bias ? bias->contiguous() : at::zeros({channels}, at::kFloat);
  Tensor out = at::empty(sizes, x.options(), last);
  int64_t m = weight.size(0) == 16 ? Two::m : Four::m;
  Shape shape{x.size(2),
              x.size(3),
              x.size(1),
              channels,
              (x.size(2) + m - 1) / m,
              (x.size(3) + m - 1) / m};
  Work work{shape,
            from,
            b.const_data_ptr<float>(),
            add ? &*add : nullptr,
            out.data_ptr<float>(),
            relu ? 0.f : -std::numeric_limits<float>::infinity(),
            m};
  at::parallel_for(
      0, x.size(0) * shape.tiles(), 16,
      [&](int64_t begin, int64_t end) { run(work, weight, begin, end); });
  return out;
}

Tensor winograd_gradient(const Parts& parts) {
  constexpr int64_t m = Four::m, points = Four::n * Four::n, at_once = 128;
  const Tensor &x = parts[0].x, &g = parts[0].g;
  const Pictures from(parts, &Part::x), to(parts, &Part::g);
  int64_t in = x.size(1), out = g.size(1);
  Shape shape{x.size(2),
              x.size(3),
              in,
              out,
              (x.size(2) + m - 1) / m,
              (x.size(3) + m - 1) / m};
  Work work{shape, from, nullptr, &to, nullptr, 0, m};
#if defined(__x86_64__)
  if (in % kColumns == 0 && out % kColumns == 0 && multiplies_panels())
    return panels_gradient(work, from.size() * shape.tiles());
#endif
  int64_t tiles = from.size() * shape.tiles(), most = std::min(tiles, at_once);
  Tensor zeros = at::zeros({std::max(in, out)}, at::kFloat);
  const float* none = zeros.const_data_ptr<float>();
  // A line more keeps a tile's places out of one another's way in the cache.
  int64_t reads = most * in + most_lanes, spreads = most * out + most_lanes;
  Tensor inputs = at::empty({points * reads}, at::kFloat);
  Tensor gradients = at::empty({points * spreads}, at::kFloat);
  Tensor sum = at::empty({points, in, out}, at::kFloat);
  for (int64_t first = 0; first < tiles; first += most) {
    int64_t count = std::min(most, tiles - first);
    at::parallel_for(0, count, 8, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        work.read(first + i, none, inputs.data_ptr<float>() + i * in, reads);
        work.spread(first + i, none, gradients.data_ptr<float>() + i * out,
                    spreads);
      }
    });
    Tensor seen = inputs.as_strided({points, in, count}, {reads, 1, in});
    Tensor wanted =
        gradients.as_strided({points, count, out}, {spreads, out, 1});
    first == 0 ? at::bmm_out(sum, seen, wanted) : sum.baddbmm_(seen, wanted);
  }
  Tensor w = at::from_blob(const_cast<double*>(&Four::G[0][0]), {Four::n, 3},
                           at::kDouble);
  w = at::kron(w, w).t().to(at::kFloat);  // Gᵀ s G, (9, in · out)
  return at::matmul(w, sum.view({points, in * out}))
      .view({3, 3, in, out})
      .permute({3, 0, 1, 2})
      .contiguous()
      .permute({0, 3, 1, 2});
}

}  // namespace seetell
