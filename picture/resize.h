#pragma once

#include <stdint.h>

// One axis of a resize: pixel i of `size` is made of count[i] neighbours from
// first[i] on; weights holds their 22-bit fixed-point shares, `stride` a pixel.
// packed holds the same for the rows pass: `groups` times a pixel the low 15
// bits of four weights, then the bits above.
typedef struct {
  const int32_t* first;
  const int32_t* count;
  const int32_t* weights;
  const int16_t* packed;
  int32_t size, stride, groups;
} sp_axis;

// sp_resize_rows makes each row of in_stride bytes axis.size RGB pixels wide.
void sp_resize_rows(const uint8_t* in, int64_t in_stride, uint8_t* out,
                    int32_t rows, sp_axis axis);

// sp_resize_columns combines rows of width bytes into axis.size rows.
void sp_resize_columns(const uint8_t* in, uint8_t* out, int32_t width,
                       sp_axis axis);
