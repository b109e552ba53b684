#pragma once

#include <stdint.h>
#include <stdio.h>
// clang-format off: jpeglib.h needs FILE
#include <jpeglib.h>
// clang-format on

// Codes are looked up by the next SP_LOOKUP bits; longer ones by length.
enum { SP_LOOKUP = 10 };

// sp_code is a code of length bits, or none if that is 0.
typedef struct {
  uint8_t length, symbol;
} sp_code;

// sp_step is what the AC codes come to that some bits begin with: up to two
// coefficients, the last of which may have its value behind these bits, and an
// end of the block. Places are steps from the coefficient that is due.
typedef struct {
  uint8_t length;         // bits of the codes and their values
  uint8_t next;           // place of the coefficient due next
  uint8_t first, second;  // places of the coefficients
  uint8_t begin, drop;    // where the second's value lies: see value_at
  int16_t value;          // of the first
} sp_step;

typedef struct {
  sp_step step[1 << SP_LOOKUP];  // of AC tables
  sp_code code[1 << SP_LOOKUP];
  int32_t last[17];               // last code of each length, -1 if none
  int32_t offset[17];             // from a code of that length to its symbol
  uint8_t bits[17], values[256];  // of the table that was set
  uint8_t set;                    // whether one was
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
// stretch are readable, so that one MCU more than it holds can be tried.
typedef struct {
  uint64_t word;
  int32_t count;
  const uint8_t* next;
} sp_bits;

enum { SP_BEYOND = D_MAX_BLOCKS_IN_MCU * 64 * 32 / 8 + 16 };

// sp_block tells how a block of an MCU is coded.
typedef struct {
  const sp_codes *dc, *ac;
  int component;
} sp_block;

// sp_huffman_mcu decodes an MCU of count blocks into zeros and adds to last_dc
// of each component the differences of its blocks' first coefficients. It
// returns 0 if the bits are no MCU.
int sp_huffman_mcu(sp_bits* bits, const sp_block* plan, int count,
                   int32_t* last_dc, JBLOCKROW* blocks);
