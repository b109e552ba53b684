// The loops over a picture's numbers, compiled for several processors.
#pragma once

#include <cstdint>

namespace seetell {

// normalise writes (x / 255 - mean) / deviation of n pixels of three channels,
// each operation rounded by itself, 1 / 255 too.
void normalise(int64_t n, const uint8_t* x, const float mean[3],
               const float deviation[3], float* y);

// pool_positive writes the largest of each window of 3 × 3 at steps of 2, with
// one place of padding: x is (height, width, channels), y likewise of half the
// sides, rounded up. Numbers are the bits of floats of which none is below 0
// but for -0, so that they compare as whole ones; one that is no number is the
// largest. column is room for width times channels of them.
void pool_positive(int64_t height, int64_t width, int64_t channels,
                   const uint16_t* x, uint16_t* column, uint16_t* y);
void pool_positive(int64_t height, int64_t width, int64_t channels,
                   const uint32_t* x, uint32_t* column, uint32_t* y);

}  // namespace seetell
