// F(2 × 2, 3 × 3) of Lavin and Gray 2016 ("Fast Algorithms for Convolutional
// Neural Networks", section 4.1): each tile of 2 × 2 outputs reads 4 × 4 inputs
// and costs 16 multiplications for each pair of channels instead of 36. The
// sums are taken in another order than oneDNN's, and no less exactly.
#include "winograd.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>

#include "clones.h"

namespace seetell {

using at::Tensor;

namespace {

constexpr int64_t points = 16;

// most_tiles is how many tiles are multiplied at once: enough to read the
// weights for, and few enough to stay in a core's cache.
constexpr int64_t most_tiles = 224;

// least_channels is where what it saves exceeds what the tiles cost.
constexpr int64_t least_channels = 32;

struct Four {
  float a, b, c, d;
};

// inward is Bᵀ of a column, outward Aᵀ.
inline Four inward(Four x) {
  return {x.a - x.c, x.b + x.c, x.c - x.b, x.b - x.d};
}

struct Two {
  float a, b;
};

inline Two outward(Four x) { return {x.a + x.b + x.c, x.b - x.c - x.d}; }

// Shape is what a convolution goes over.
struct Shape {
  int64_t height, width, in, out, down, across;  // down × across tiles

  int64_t tiles() const { return down * across; }
};

// Place is where a tile's outputs begin.
struct Place {
  int64_t picture, y, x;
};

inline Place place(const Shape& s, int64_t tile) {
  int64_t of = tile % s.tiles();
  return {tile / s.tiles(), of / s.across * 2, of % s.across * 2};
}

// read_tile writes Bᵀ d B of the 4 × 4 inputs d, channel by channel, to 16
// places that are step numbers apart.
SEETELL_CLONES
void read_tile(const float* const* d, int64_t channels, float* to,
               int64_t step) {
#pragma omp simd
  for (int64_t i = 0; i < channels; i++) {
    Four p = inward({d[0][i], d[4][i], d[8][i], d[12][i]});
    Four q = inward({d[1][i], d[5][i], d[9][i], d[13][i]});
    Four r = inward({d[2][i], d[6][i], d[10][i], d[14][i]});
    Four s = inward({d[3][i], d[7][i], d[11][i], d[15][i]});
    Four a = inward({p.a, q.a, r.a, s.a}), b = inward({p.b, q.b, r.b, s.b});
    Four c = inward({p.c, q.c, r.c, s.c}), e = inward({p.d, q.d, r.d, s.d});
    float* at = to + i;
    at[0] = a.a, at[step] = a.b, at[2 * step] = a.c, at[3 * step] = a.d;
    at[4 * step] = b.a, at[5 * step] = b.b, at[6 * step] = b.c;
    at[7 * step] = b.d, at[8 * step] = c.a, at[9 * step] = c.b;
    at[10 * step] = c.c, at[11 * step] = c.d, at[12 * step] = e.a;
    at[13 * step] = e.b, at[14 * step] = e.c, at[15 * step] = e.d;
  }
}

// write_tile writes Aᵀ m A plus what is added to 2 × 2 outputs; ReLU cuts off
// what is below least.
SEETELL_CLONES
void write_tile(const float* from, int64_t step, int64_t channels,
                const float* bias, const float* const* added, float least,
                float* const* to) {
#pragma omp simd
  for (int64_t i = 0; i < channels; i++) {
    const float* m = from + i;
    Two p = outward({m[0], m[4 * step], m[8 * step], m[12 * step]});
    Two q = outward({m[step], m[5 * step], m[9 * step], m[13 * step]});
    Two r = outward({m[2 * step], m[6 * step], m[10 * step], m[14 * step]});
    Two s = outward({m[3 * step], m[7 * step], m[11 * step], m[15 * step]});
    Two up = outward({p.a, q.a, r.a, s.a}), low = outward({p.b, q.b, r.b, s.b});
    float w = up.a + bias[i] + added[0][i], x = up.b + bias[i] + added[1][i];
    float y = low.a + bias[i] + added[2][i], z = low.b + bias[i] + added[3][i];
    to[0][i] = w < least ? least : w;
    to[1][i] = x < least ? least : x;
    to[2][i] = y < least ? least : y;
    to[3][i] = z < least ? least : z;
  }
}

// Work is one convolution's operands, pixels of in or out channels each.
struct Work {
  Shape shape;
  const float *x, *bias, *other;  // other may be null
  float* out;
  float least;

  // read transforms a tile's inputs; beyond the edge there are zeros.
  void read(int64_t tile, const float* zeros, float* to, int64_t step) const {
    Place at = place(shape, tile);
    std::array<const float*, 16> d;
    for (int64_t i = 0; i < 16; i++) {
      int64_t y = at.y + i / 4 - 1, left = at.x + i % 4 - 1;
      bool inside =
          y >= 0 && y < shape.height && left >= 0 && left < shape.width;
      d[i] = inside ? x + pixel(at.picture, y, left) * shape.in : zeros;
    }
    read_tile(d.data(), shape.in, to, step);
  }

  // write transforms a tile's outputs; those beyond the edge go to waste.
  void write(int64_t tile, const float* from, int64_t step, const float* zeros,
             float* waste) const {
    Place at = place(shape, tile);
    std::array<const float*, 4> added;
    std::array<float*, 4> to;
    for (int64_t i = 0; i < 4; i++) {
      int64_t y = at.y + i / 2, left = at.x + i % 2;
      bool inside = y < shape.height && left < shape.width;
      int64_t offset = pixel(at.picture, y, left) * shape.out;
      added[i] = inside && other ? other + offset : zeros;
      to[i] = inside ? out + offset : waste;
    }
    write_tile(from, step, shape.out, bias, added.data(), least, to.data());
  }

  int64_t pixel(int64_t picture, int64_t y, int64_t left) const {
    return (picture * shape.height + y) * shape.width + left;
  }
};

// run does the tiles from one to before another.
void run(const Work& work, const Tensor& weight, int64_t from, int64_t to) {
  const Shape& s = work.shape;
  int64_t most = std::min(to - from, most_tiles);
  Tensor zeros = at::zeros({std::max(s.in, s.out)}, at::kFloat);
  Tensor waste = at::empty({s.out}, at::kFloat);
  Tensor inputs = at::empty({points * most * s.in}, at::kFloat);
  Tensor outputs = at::empty({points * most * s.out}, at::kFloat);
  const float* none = zeros.const_data_ptr<float>();
  for (int64_t first = from; first < to; first += most) {
    int64_t count = std::min(most, to - first);
    Tensor in =
        inputs.narrow(0, 0, points * count * s.in).view({points, count, s.in});
    Tensor out = outputs.narrow(0, 0, points * count * s.out)
                     .view({points, count, s.out});
    for (int64_t i = 0; i < count; i++) {
      work.read(first + i, none, in.data_ptr<float>() + i * s.in, count * s.in);
    }
    at::bmm_out(out, in, weight);
    for (int64_t i = 0; i < count; i++) {
      work.write(first + i, out.const_data_ptr<float>() + i * s.out,
                 count * s.out, none, waste.data_ptr<float>());
    }
  }
}

}  // namespace

bool winograd_suits(const Tensor& weight, const tg_conv2d_options& o) {
  auto ones = [](const int64_t(&pair)[2]) {
    return pair[0] == 1 && pair[1] == 1;
  };
  return weight.scalar_type() == at::kFloat && weight.dim() == 4 &&
         weight.size(2) == 3 && weight.size(3) == 3 && ones(o.stride) &&
         ones(o.padding) && ones(o.dilation) && o.groups == 1 &&
         weight.size(0) >= least_channels && weight.size(1) >= least_channels;
}

Tensor winograd_pack(const Tensor& weight) {
  // G w Gᵀ, in float64, so that it is rounded once.
  Tensor g =
      at::tensor({1., 0., 0., .5, .5, .5, .5, -.5, .5, 0., 0., 1.}, at::kDouble)
          .view({4, 3});
  Tensor w = at::matmul(at::matmul(g, weight.to(at::kDouble)), g.t());
  return w.permute({2, 3, 1, 0})
      .reshape({points, weight.size(1), weight.size(0)})
      .to(at::kFloat)
      .contiguous();
}

Tensor winograd(const Tensor& x, const Tensor& weight,
                const std::optional<Tensor>& bias, const Tensor* other,
                bool relu) {
  auto suits = [](const Tensor& t) {
    return t.device().is_cpu() && t.scalar_type() == at::kFloat;
  };
  TORCH_CHECK(suits(weight) && weight.dim() == 3 && weight.is_contiguous() &&
                  weight.size(0) == points,
              "a weight of pack_conv2d wanted");
  TORCH_CHECK(suits(x) && x.dim() == 4 && x.size(1) == weight.size(1), "x is ",
              x.scalar_type(), x.sizes(), " on ", x.device(),
              ", the weight float32", weight.sizes());
  int64_t channels = weight.size(2);
  TORCH_CHECK(
      !bias || (suits(*bias) && bias->dim() == 1 && bias->size(0) == channels),
      "a bias of float32 for each of the weight's ", channels,
      " channels wanted");
  std::array<int64_t, 4> sizes{x.size(0), channels, x.size(2), x.size(3)};
  TORCH_CHECK(!other || (suits(*other) && other->sizes() == sizes),
              "what is added to ", at::IntArrayRef(sizes), " wanted");
  auto last = at::MemoryFormat::ChannelsLast;
  Tensor from = x.contiguous(last);
  Tensor b = bias ? bias->contiguous() : at::zeros({channels}, at::kFloat);
  Tensor add = other ? other->contiguous(last) : Tensor();
  Tensor out = at::empty(sizes, x.options(), last);
  Shape shape{x.size(2), x.size(3),           x.size(1),
              channels,  (x.size(2) + 1) / 2, (x.size(3) + 1) / 2};
  Work work{shape,
            from.const_data_ptr<float>(),
            b.const_data_ptr<float>(),
            other ? add.const_data_ptr<float>() : nullptr,
            out.data_ptr<float>(),
            relu ? 0.f : -std::numeric_limits<float>::infinity()};
  at::parallel_for(
      0, x.size(0) * shape.tiles(), 16,
      [&](int64_t begin, int64_t end) { run(work, weight, begin, end); });
  return out;
}

}  // namespace seetell
