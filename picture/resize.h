#pragma once

#include <stdint.h>

// One axis of a resize: for each place out, the first place in and the count
// of neighbours it is made of; weights holds out*stride fixed-point numbers.
typedef struct {
  const int32_t* first;
  const int32_t* count;
  const int32_t* weights;
  int32_t stride;
} sp_axis;

// sp_resize_rows narrows rows of in_stride bytes to out_width RGB pixels.
void sp_resize_rows(const uint8_t* in, int64_t in_stride, uint8_t* out,
                    int32_t out_width, int32_t rows, sp_axis axis);

// sp_resize_columns combines rows of width bytes into out_height rows.
void sp_resize_columns(const uint8_t* in, uint8_t* out, int32_t width,
                       int32_t out_height, sp_axis axis);
