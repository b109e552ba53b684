// Baseline Huffman decoding (ITU-T T.81, F.2.2), mostly two coefficients a
// lookup and without a branch on what they are: nearly all time goes into
// waiting for the place of the next code.
#include "huffman.h"

#include <endian.h>
#include <string.h>

// The reader of bits must live in registers, which it does where no function
// takes its address.
#define INLINE static inline __attribute__((always_inline))

// Shifts by a variable need fewer instructions there.
#if defined(__x86_64__)
#define WITH_BMI2 __attribute__((target_clones("bmi2", "default")))
#else
#define WITH_BMI2
#endif

// Places from 0 to 63 are a block's; what is stored at NOWHERE is overwritten.
// A block ends at 64, or by its code at AT_END or up to 64 more. A step with
// next of ALONE is no step: one coefficient has to be read by itself.
enum { NOWHERE = 128, AT_END = 128, ALONE = 192, NO_CODE = 255 };

// The bits that a step takes at most. A full word has enough for three steps.
enum { STEP_BITS = 18 };

// Where a coefficient lies in its block. What goes beyond the last lands on
// the first, which is stored at the end.
static const uint8_t zigzag[256] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,
    12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,  7,  14, 21, 28,
    35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
    58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63};

// value_at reads the bits of word from begin on, all but the last drop of 64,
// as T.81 codes values: those with a leading 0 are negative.
INLINE int32_t value_at(uint64_t word, unsigned begin, unsigned drop) {
  uint64_t bits = word << (begin & 63);
  uint64_t negative = ~(uint64_t)((int64_t)bits >> 63);
  return (int32_t)((bits >> (drop & 63)) - (negative >> (drop & 63)));
}

// find returns a code longer than the lookup.
static __attribute__((noinline)) sp_code find(const sp_codes* codes,
                                              uint64_t word) {
  for (int length = SP_LOOKUP + 1; length <= 16; length++) {
    int32_t code = (int32_t)(word >> (64 - length));
    if (code <= codes->last[length])
      return (sp_code){(uint8_t)length,
                       codes->values[code + codes->offset[length]]};
  }
  return (sp_code){0};
}

// code_at returns the code that a word begins with.
INLINE sp_code code_at(const sp_codes* codes, uint64_t word) {
  sp_code code = codes->code[word >> (64 - SP_LOOKUP)];
  return code.length ? code : find(codes, word);
}

// ends_block tells whether no coefficients follow an AC code.
INLINE int ends_block(sp_code code) {
  return (code.symbol & 15) == 0 && code.symbol != 0xf0;
}

// then adds a code, which begins after begin bits of word, to a step.
static sp_step then(sp_step step, sp_code code, unsigned begin, uint64_t word) {
  unsigned run = code.symbol >> 4, size = code.symbol & 15;
  step.first = step.second;
  step.value = step.first == NOWHERE
                   ? 0
                   : (int16_t)value_at(word, step.begin, step.drop);
  step.second = size ? (uint8_t)(step.next + run) : NOWHERE;
  step.next += (uint8_t)(run + 1);
  step.begin = (uint8_t)(begin + code.length);
  step.drop = (uint8_t)(64 - size);
  step.length = (uint8_t)(step.begin + size);
  return step;
}

// step_of joins the codes that lie within a lookup's bits.
static sp_step step_of(const sp_codes* codes, uint32_t lookup) {
  uint64_t word = (uint64_t)lookup << (64 - SP_LOOKUP);
  sp_step step = {.first = NOWHERE, .second = NOWHERE};
  int known = 0;
  while (step.length < SP_LOOKUP) {
    sp_code code = codes->code[word << step.length >> (64 - SP_LOOKUP)];
    if (code.length == 0 || step.length + code.length > SP_LOOKUP) break;
    if (ends_block(code)) {
      step.length += code.length;
      step.next += known ? AT_END + 1 : AT_END;
      return step;
    }
    if (known == 2 ||
        step.length + code.length + (code.symbol & 15) > STEP_BITS)
      break;
    step = then(step, code, step.length, word);
    known++;
  }
  if (known == 0) step.next = ALONE;
  return step;
}

void sp_codes_set(sp_codes* codes, const JHUFF_TBL* table, int ac) {
  if (codes->set && memcmp(codes->bits, table->bits, sizeof codes->bits) == 0 &&
      memcmp(codes->values, table->huffval, sizeof codes->values) == 0)
    return;
  codes->set = 1;
  memcpy(codes->bits, table->bits, sizeof codes->bits);
  memcpy(codes->values, table->huffval, sizeof codes->values);
  memset(codes->code, 0, sizeof codes->code);
  int at = 0;
  int32_t code = 0;
  for (int length = 1; length <= 16; length++, code <<= 1) {
    codes->offset[length] = at - code;
    for (int i = 0; i < table->bits[length]; i++, code++, at++) {
      int rest = SP_LOOKUP - length;
      for (int32_t j = 0; rest >= 0 && j < 1 << rest; j++)
        codes->code[(code << rest) + j] =
            (sp_code){(uint8_t)length, table->huffval[at]};
    }
    codes->last[length] = table->bits[length] ? code - 1 : -1;
  }
  for (uint32_t i = 0; ac && i < 1 << SP_LOOKUP; i++)
    codes->step[i] = step_of(codes, i);
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

// coefficient reads and stores one coefficient by itself and returns the place
// of the next.
INLINE uint32_t coefficient(sp_bits* bits, const sp_codes* codes, uint32_t k,
                            JCOEF* block) {
  refill(bits);
  sp_code code = code_at(codes, bits->word);
  if (code.length == 0) return NO_CODE;
  uint32_t run = code.symbol >> 4, size = code.symbol & 15;
  if (size > 0)
    block[zigzag[k + run]] =
        (JCOEF)value_at(bits->word, code.length, 64 - size);
  consume(bits, code.length + size);
  refill(bits);
  return ends_block(code) ? AT_END : k + run + 1;
}

// coefficients takes a step and returns the place of the next coefficient.
// Bits after the last of a block belong to another one, so that near a block's
// end coefficients are read by themselves.
INLINE uint32_t coefficients(sp_bits* bits, const sp_codes* codes, uint32_t k,
                             JCOEF* restrict block) {
  const sp_step* at = &codes->step[bits->word >> (64 - SP_LOOKUP)];
  uint32_t next = k + at->next;
  if (__builtin_expect(next % AT_END > 64, 0))
    return coefficient(bits, codes, k, block);
  // All is read before anything is stored, as the compiler may not do.
  uint32_t first = k + at->first, second = k + at->second;
  int32_t value = value_at(bits->word, at->begin, at->drop);
  JCOEF first_value = at->value;
  consume(bits, at->length);
  block[zigzag[first]] = first_value;
  block[zigzag[second]] = (JCOEF)value;
  return next;
}

INLINE int block_of(sp_bits* bits, const sp_block* plan, int32_t* last_dc,
                    JCOEF* restrict block) {
  refill(bits);
  sp_code code = code_at(plan->dc, bits->word);
  if (code.length == 0) return 0;
  uint32_t size = code.symbol & 15;
  int32_t dc = last_dc[plan->component];
  if (size > 0) dc += value_at(bits->word, code.length, 64 - size);
  consume(bits, code.length + size);
  uint32_t k = 1;
  do {
    refill(bits);
    if ((k = coefficients(bits, plan->ac, k, block)) >= 64) break;
    if ((k = coefficients(bits, plan->ac, k, block)) >= 64) break;
    k = coefficients(bits, plan->ac, k, block);
  } while (k < 64);
  last_dc[plan->component] = dc;
  block[0] = (JCOEF)dc;
  return dc == block[0] && (k == 64 || (k >= AT_END && k < NO_CODE));
}

WITH_BMI2
int sp_huffman_mcu(sp_bits* from, const sp_block* plan, int count,
                   int32_t* last_dc, JBLOCKROW* blocks) {
  sp_bits bits = *from;
  for (int i = 0; i < count; i++)
    if (!block_of(&bits, plan + i, last_dc, blocks[i][0])) return 0;
  *from = bits;
  return 1;
}
