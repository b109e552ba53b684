#pragma once

#include <stdint.h>
#include <stdio.h>
// clang-format off: jpeglib.h needs FILE
#include <jpeglib.h>
// clang-format on

// A Huffman table as a lookup by the next SP_AC_LOOKUP bits, or SP_DC_LOOKUP
// for DC tables, and for longer codes by length.
enum { SP_DC_LOOKUP = 9, SP_AC_LOOKUP = 10 };

typedef struct {
  uint64_t pair[1 << SP_AC_LOOKUP];  // of AC tables: two codes at once
  uint32_t entry[1 << SP_AC_LOOKUP];
  uint32_t symbol[256];
  int32_t last[17];               // last code of each length, -1 if none
  int32_t offset[17];             // from a code of that length to its symbol
  uint8_t bits[17], values[256];  // of the table that was set
} sp_codes;

// sp_codes_set makes codes those of a table that libjpeg found valid, which is
// quick if they are already. Codes begin as zeros.
void sp_codes_set(sp_codes* codes, const JHUFF_TBL* table, int ac);

// sp_tables holds the tables of a file. They serve the next one too, where
// the program that wrote it uses the same.
typedef struct sp_tables {
  sp_codes dc[NUM_HUFF_TBLS], ac[NUM_HUFF_TBLS];
} sp_tables;

// sp_bits is a stretch of entropy-coded bytes, freed of stuffing: count bits
// in the upper end of word, the rest from next on. SP_BEYOND bytes after the
// stretch are readable, so that one block more than it holds can be tried.
typedef struct {
  uint64_t word;
  int32_t count;
  const uint8_t* next;
} sp_bits;

enum { SP_BEYOND = 64 * 32 / 8 + 16 };

// sp_huffman_block decodes one block into zeros and adds to *dc the difference
// of its first coefficient. It returns 0 if the bits are no block.
int sp_huffman_block(sp_bits* bits, const sp_codes* dc_codes,
                     const sp_codes* ac_codes, int32_t* dc, JCOEF* block);
