#pragma once

#include "resize.h"

// sp_avx2 tells whether the processor has AVX2; sp_set_avx2 overrules it, for
// tests.
int sp_avx2(void);
void sp_set_avx2(int on);

// sp_resize_rows_avx2 does as many of the rows as it can and returns how many;
// the last are left, since it reads a little beyond the row it works on.
int32_t sp_resize_rows_avx2(const uint8_t* in, int64_t in_stride, uint8_t* out,
                            int32_t rows, sp_axis axis);

// sp_resize_column_avx2 combines count rows into one, as far as it can, and
// returns how far.
int32_t sp_resize_column_avx2(const uint8_t* in, uint8_t* out, int32_t width,
                              const int32_t* weights, int32_t count);
