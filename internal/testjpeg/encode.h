#pragma once

#include <stddef.h>
#include <stdint.h>

// How a file is written: channels is 1, 3 or 4, across and down how many
// samples of the first channel there are to one of the others.
typedef struct {
  int channels, across, down, quality, restart;
  int optimise, progressive, arithmetic, separate;
} tj_options;

// tj_encode returns a JPEG file in memory that the caller frees.
uint8_t* tj_encode(const uint8_t* pixels, int width, int height, tj_options o,
                   size_t* length);
