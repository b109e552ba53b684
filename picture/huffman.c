// Baseline Huffman decoding (ITU-T T.81, F.2.2): one lookup gives code, run
// and value of most coefficients, and of the next one too if both are short.
#include "huffman.h"

#include <endian.h>
#include <string.h>

// The reader of bits must live in registers, which it does where no function
// takes its address.
#define INLINE static inline __attribute__((always_inline))

// An entry holds, from bit 0, how many bits to consume, from bit 8 how far to
// go in zigzag order before storing, from bit 16 the value to store. PARTIAL
// marks one with the bits of the code alone and, in place of the value, its
// size. An entry of PARTIAL alone is of a code longer than the lookup.
enum { PARTIAL = 0x80, TO_END = 128, NO_CODE = 0xff };

// A pair holds, from bit 0, how many bits to consume, from bit 8 how far to go
// before storing the first value, from bit 16 how far from there before storing
// the second, from bit 24 how far from the first to the next coefficient, and
// from bits 32 and 48 the values. Where there is no second code, the second
// value goes beyond the last place. TO_ENTRY is a step to places that mean that
// the entry of the first code is needed.
enum { LAST = 63, TO_ENTRY = 64 };

// Where a coefficient lies in its block. What goes beyond the last lands on
// the first, which is stored at the end.
static const uint8_t zigzag[256] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// extend reads size bits as T.81 codes values: a leading 0 is a negative.
INLINE int32_t extend(uint32_t bits, int size) {
  int32_t value = (int32_t)bits;
  return value < 1 << size >> 1 ? value - (1 << size) + 1 : value;
}

static uint32_t partial_entry(uint8_t symbol, int length, int ac) {
  uint32_t size = symbol & 15, step = ac ? symbol >> 4 : 0;
  if (ac && size == 0 && step != 15) step = TO_END;
  return size << 16 | step << 8 | PARTIAL | (uint32_t)length;
}

// fill sets the entries of all lookups that begin with a code and have rest
// bits after it.
static void fill(uint32_t* entry, uint32_t partial, int rest) {
  int size = (int)(partial >> 16);
  uint32_t whole = (partial & 0xff7f) + (uint32_t)size;
  for (uint32_t i = 0; i < 1u << rest; i++)
    entry[i] = size > rest
                   ? partial
                   : (uint32_t)extend(i >> (rest - size), size) << 16 | whole;
}

static void set(sp_codes* codes, const JHUFF_TBL* table, int ac) {
  int lookup = ac ? SP_AC_LOOKUP : SP_DC_LOOKUP, at = 0;
  int32_t code = 0;
  for (int i = 0; i < 1 << lookup; i++) codes->entry[i] = PARTIAL;
  for (int length = 1; length <= 16; length++, code <<= 1) {
    codes->offset[length] = at - code;
    for (int i = 0; i < table->bits[length]; i++, code++, at++) {
      codes->symbol[at] = partial_entry(table->huffval[at], length, ac);
      if (length <= lookup)
        fill(codes->entry + (code << (lookup - length)), codes->symbol[at],
             lookup - length);
    }
    codes->last[length] = table->bits[length] ? code - 1 : -1;
  }
}

// pair_of joins the entries of the codes that a lookup begins with.
static uint64_t pair_of(const sp_codes* codes, uint32_t lookup) {
  uint32_t first = codes->entry[lookup], length = first & 0x7f,
           step = first >> 8 & 0xff;
  if (first & PARTIAL) return TO_ENTRY << 8;
  uint64_t pair = (uint64_t)(first >> 16) << 32 | step << 8;
  if (step == TO_END) return pair | 1 << 24 | length;
  uint32_t second = codes->entry[lookup << length & ((1 << SP_AC_LOOKUP) - 1)];
  if (second & PARTIAL || length + (second & 0x7f) > SP_AC_LOOKUP)
    return pair | 1 << 24 | TO_END << 16 | length;
  uint32_t next = 1 + (second >> 8 & 0xff);
  return pair | (uint64_t)(second >> 16) << 48 | (next + 1) << 24 | next << 16 |
         (length + (second & 0x7f));
}

void sp_codes_set(sp_codes* codes, const JHUFF_TBL* table, int ac) {
  if (memcmp(codes->bits, table->bits, sizeof codes->bits) == 0 &&
      memcmp(codes->values, table->huffval, sizeof codes->values) == 0)
    return;
  set(codes, table, ac);
  for (uint32_t i = 0; ac && i < 1 << SP_AC_LOOKUP; i++)
    codes->pair[i] = pair_of(codes, i);
  memcpy(codes->bits, table->bits, sizeof codes->bits);
  memcpy(codes->values, table->huffval, sizeof codes->values);
}

// refill brings the word to at least 56 bits.
INLINE void refill(sp_bits* bits) {
  uint64_t more;
  memcpy(&more, bits->next, sizeof more);
  bits->word |= be64toh(more) >> bits->count;
  bits->next += (63 - bits->count) >> 3;
  bits->count |= 56;
}

INLINE void consume(sp_bits* bits, uint32_t count) {
  bits->word <<= count & 63;
  bits->count -= (int32_t)count;
}

// find returns the entry of a code longer than the lookup, or 0.
static __attribute__((noinline)) uint32_t find(const sp_codes* codes,
                                               uint64_t word) {
  for (int length = SP_DC_LOOKUP + 1; length <= 16; length++) {
    int32_t code = (int32_t)(word >> (64 - length));
    if (code <= codes->last[length])
      return codes->symbol[code + codes->offset[length]];
  }
  return 0;
}

// complete reads what an entry of PARTIAL stands for. It returns 0 if there
// is no such code.
INLINE uint32_t complete(sp_bits* bits, uint32_t entry, const sp_codes* codes) {
  refill(bits);
  if (entry == PARTIAL) entry = find(codes, bits->word);
  int size = entry >> 16;
  consume(bits, entry & 0x7f);
  uint32_t value =
      (uint32_t)extend((uint32_t)(bits->word >> 1 >> (63 - size)), size);
  consume(bits, (uint32_t)size);
  refill(bits);
  return value << 16 | (entry & 0xff80);
}

// next_entry reads one code with its value. After a refill there are bits for
// four, and for four pairs.
INLINE uint32_t next_entry(sp_bits* bits, const sp_codes* codes, int lookup) {
  uint32_t entry = codes->entry[bits->word >> (64 - lookup)];
  if (__builtin_expect(entry & PARTIAL, 0)) return complete(bits, entry, codes);
  consume(bits, entry & 0xff);
  return entry;
}

// coefficient reads and stores one coefficient and returns the place of the
// next in zigzag order: beyond TO_END if the block has ended.
INLINE uint32_t coefficient(sp_bits* bits, const sp_codes* codes, uint32_t k,
                            JCOEF* block) {
  uint32_t entry = next_entry(bits, codes, SP_AC_LOOKUP);
  if (entry == 0) return NO_CODE;
  k += entry >> 8 & 0xff;
  block[zigzag[k]] = (JCOEF)(entry >> 16);
  return k + 1;
}

// coefficients reads and stores one or two. The bits after the last
// coefficient belong to another block, so that one is read alone.
INLINE uint32_t coefficients(sp_bits* bits, const sp_codes* codes, uint32_t k,
                             JCOEF* block) {
  uint64_t pair = codes->pair[bits->word >> (64 - SP_AC_LOOKUP)];
  uint32_t first = k + (pair >> 8 & 0xff);
  if (__builtin_expect(first - LAST < TO_END - LAST, 0))
    return coefficient(bits, codes, k, block);
  consume(bits, pair & 0xff);
  block[zigzag[first]] = (JCOEF)(pair >> 32);
  block[zigzag[first + (pair >> 16 & 0xff)]] = (JCOEF)(pair >> 48);
  return first + (pair >> 24 & 0xff);
}

int sp_huffman_block(sp_bits* from, const sp_codes* dc_codes,
                     const sp_codes* ac_codes, int32_t* dc, JCOEF* block) {
  sp_bits bits = *from;
  refill(&bits);
  uint32_t entry = next_entry(&bits, dc_codes, SP_DC_LOOKUP);
  if (entry == 0) return 0;
  *dc += (int32_t)entry >> 16;
  uint32_t k = 1;
  do {
    refill(&bits);
    if ((k = coefficients(&bits, ac_codes, k, block)) >= 64) break;
    if ((k = coefficients(&bits, ac_codes, k, block)) >= 64) break;
    if ((k = coefficients(&bits, ac_codes, k, block)) >= 64) break;
    k = coefficients(&bits, ac_codes, k, block);
  } while (k < 64);
  block[0] = (JCOEF)*dc;
  *from = bits;
  return *dc == block[0] && (k == 64 || (k > TO_END && k < NO_CODE));
}
