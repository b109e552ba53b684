#include "attentionkernels.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "clones.h"

namespace seetell {

namespace {

// exponential is e^x within 1e-7 of itself, from -87 to 88; beyond, the
// nearer end's. 2^n times a polynomial of what is left of x, |r| ≤ ln 2 / 2.
inline float exponential(float x) {
  x = x < -87.f ? -87.f : x;
  x = x > 88.f ? 88.f : x;
  float shifted = x * 1.44269504f + 12582912.f;  // rounds to a whole number
  float n = shifted - 12582912.f;
  float r = x - n * 0.693359375f + n * 2.12194440e-4f;  // ln 2 in two parts
  float p = 1.f / 5040;
  p = p * r + 1.f / 720;
  p = p * r + 1.f / 120;
  p = p * r + 1.f / 24;
  p = p * r + 1.f / 6;
  p = p * r + .5f;
  p = p * r + 1.f;
  p = p * r + 1.f;
  int32_t bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits =
      static_cast<int32_t>((static_cast<uint32_t>(bits) << 23) + 0x3f800000u);
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return p * power;
}

// tangent is tanh x within 1e-7.
inline float tangent(float x) {
  float e = exponential(-2.f * std::fabs(x));
  return std::copysign((1.f - e) / (1.f + e), x);
}

inline float sigmoid(float x) { return 1.f / (1.f + exponential(-x)); }

// softmax replaces n scores by their softmax.
inline void softmax(int64_t n, float* scores) {
  float top = scores[0], sum = 0;
#pragma omp simd reduction(max : top)
  for (int64_t i = 0; i < n; i++) top = scores[i] > top ? scores[i] : top;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; i++) {
    scores[i] = exponential(scores[i] - top);
    sum += scores[i];
  }
#pragma omp simd
  for (int64_t i = 0; i < n; i++) scores[i] /= sum;
}

}  // namespace

SEETELL_CLONES
void attend_row(const AttentionSizes& n, const float* features,
                const float* keys, const float* query, const float* weight,
                float* alpha, float* z) {
  for (int64_t l = 0; l < n.places; l++) {
    const float* key = keys + l * n.attention;
    float score = 0;
#pragma omp simd reduction(+ : score)
    for (int64_t a = 0; a < n.attention; a++) {
      score += weight[a] * tangent(key[a] + query[a]);
    }
    alpha[l] = score;
  }
  softmax(n.places, alpha);
  std::memset(z, 0, n.features * sizeof *z);
  for (int64_t l = 0; l < n.places; l++) {
    const float* feature = features + l * n.features;
    float share = alpha[l];
#pragma omp simd
    for (int64_t f = 0; f < n.features; f++) z[f] += share * feature[f];
  }
}

SEETELL_CLONES
void attend_row_backward(const AttentionSizes& n, const float* features,
                         const float* keys, const float* query,
                         const float* weight, const float* alpha,
                         const float* dz, const float* dalpha, float* scores,
                         float* dquery, const AttentionGradients& d) {
  float mean = 0;
  for (int64_t l = 0; l < n.places; l++) {
    const float* feature = features + l * n.features;
    float* dfeature = d.features + l * n.features;
    float share = alpha[l], sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t f = 0; f < n.features; f++) {
      sum += feature[f] * dz[f];
      dfeature[f] += share * dz[f];
    }
    scores[l] = sum + (dalpha ? dalpha[l] : 0.f);
    mean += share * scores[l];
  }
  std::memset(dquery, 0, n.attention * sizeof *dquery);
  for (int64_t l = 0; l < n.places; l++) {
    const float* key = keys + l * n.attention;
    float* dkey = d.keys + l * n.attention;
    float dscore = alpha[l] * (scores[l] - mean);
#pragma omp simd
    for (int64_t a = 0; a < n.attention; a++) {
      float t = tangent(key[a] + query[a]);
      float dsum = dscore * weight[a] * (1.f - t * t);
      dkey[a] += dsum;
      dquery[a] += dsum;
      d.weight[a] += dscore * t;
    }
  }
}

SEETELL_CLONES
void open_gate(int64_t n, const float* values, const float* z, float* gate,
               float* gated) {
#pragma omp simd
  for (int64_t i = 0; i < n; i++) {
    gate[i] = sigmoid(values[i]);
    gated[i] = gate[i] * z[i];
  }
}

SEETELL_CLONES
void open_gate_backward(int64_t n, const float* gate, const float* z,
                        const float* dgated, float* dvalues, float* dz) {
#pragma omp simd
  for (int64_t i = 0; i < n; i++) {
    float down = dgated[i] * gate[i];
    dvalues[i] = down * z[i] * (1.f - gate[i]);
    dz[i] = down;
  }
}

SEETELL_CLONES
void lstm_row(int64_t n, float* gates, const float* c, float* next_h,
              float* next_c) {
  float *i = gates, *f = i + n, *g = f + n, *o = g + n;
#pragma omp simd
  for (int64_t k = 0; k < n; k++) {
    i[k] = sigmoid(i[k]);
    f[k] = sigmoid(f[k]);
    g[k] = tangent(g[k]);
    o[k] = sigmoid(o[k]);
    next_c[k] = f[k] * c[k] + i[k] * g[k];
    next_h[k] = o[k] * tangent(next_c[k]);
  }
}

SEETELL_CLONES
void lstm_row_backward(int64_t n, const float* gates, const float* c,
                       const float* next_c, const float* dh, float* dc,
                       float* dsums) {
  const float *i = gates, *f = i + n, *g = f + n, *o = g + n;
  float *di = dsums, *df = di + n, *dg = df + n, *dout = dg + n;
#pragma omp simd
  for (int64_t k = 0; k < n; k++) {
    float t = tangent(next_c[k]);
    float dnext = dc[k] + dh[k] * o[k] * (1.f - t * t);
    dout[k] = dh[k] * t * o[k] * (1.f - o[k]);
    di[k] = dnext * g[k] * i[k] * (1.f - i[k]);
    df[k] = dnext * c[k] * f[k] * (1.f - f[k]);
    dg[k] = dnext * i[k] * (1.f - g[k] * g[k]);
    dc[k] = dnext * f[k];
  }
}

namespace {

// The words of a row that are the likeliest so far, the likeliest first.
struct Shortlist {
  int64_t k, count = 0;
  float* scores;
  int64_t* words;

  // least is what a further word has to exceed.
  float least() const {
    return count < k ? -std::numeric_limits<float>::infinity() : scores[k - 1];
  }

  void offer(float score, int64_t word) {
    int64_t at = count < k ? count++ : k - 1;
    for (; at > 0 && score > scores[at - 1]; at--) {
      scores[at] = scores[at - 1];
      words[at] = words[at - 1];
    }
    scores[at] = score;
    words[at] = word;
  }
};

// in_order puts k words and their scores into rising order of words.
void in_order(int64_t k, float* scores, int64_t* words) {
  for (int64_t i = 1; i < k; i++) {
    for (int64_t j = i; j > 0 && words[j] < words[j - 1]; j--) {
      std::swap(words[j], words[j - 1]);
      std::swap(scores[j], scores[j - 1]);
    }
  }
}

}  // namespace

SEETELL_CLONES
void likeliest_row(int64_t n, const float* scores, int64_t k, float* logp,
                   int64_t* words) {
  constexpr int64_t kBlock = 64;
  Shortlist best{k, 0, logp, words};
  for (int64_t from = 0; from < n; from += kBlock) {
    const int64_t to = from + kBlock < n ? from + kBlock : n;
    float top = scores[from];
#pragma omp simd reduction(max : top)
    for (int64_t i = from; i < to; i++) top = scores[i] > top ? scores[i] : top;
    if (best.count == k && !(top > best.least())) continue;
    for (int64_t i = from; i < to; i++) {
      if (best.count < k || scores[i] > best.least()) best.offer(scores[i], i);
    }
  }
  const float top = logp[0];
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; i++) {
    sum += std::isnan(scores[i]) ? scores[i] : exponential(scores[i] - top);
  }
  const float logarithm = std::log(sum);
  for (int64_t i = 0; i < k; i++) logp[i] = logp[i] - top - logarithm;
  in_order(k, logp, words);
}

}  // namespace seetell
