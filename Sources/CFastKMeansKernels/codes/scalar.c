#include "code_plan.h"
#include "../scoring/half.h"
#include "../scoring/scoring_levels.h"

static fk_code_plan plan(const fk_code_scale *scale, const size_t *numbers, const float *x, size_t terms,
                         int16_t *multipliers) {
  return fk_plan_document(scale, numbers, x, terms, multipliers);
}

/* What the multiply instruction of every vector level does: round(a * b / 2^15). */
static inline int16_t scaled(int16_t a, int16_t b) { return (int16_t)((((int32_t)a * b >> 14) + 1) >> 1); }

static inline int16_t add(int16_t a, int16_t b) { return (int16_t)(uint16_t)((uint16_t)a + (uint16_t)b); }

static int16_t accumulate(const int8_t *codes, size_t stride, const size_t *numbers, const int16_t *multipliers,
                          size_t terms, const int16_t *bias, int16_t bias_multiplier, int16_t *sums,
                          size_t count) {
  size_t padded = (count + FK_CODE_BLOCK - 1) / FK_CODE_BLOCK * FK_CODE_BLOCK;
  int16_t top = INT16_MIN;
  for (size_t p = 0; p < padded; p++) sums[p] = bias ? scaled(bias[p], bias_multiplier) : 0;
  for (size_t t = 0; t < terms; t++) {
    for (size_t block = 0; block < padded; block += FK_CODE_BLOCK) {
      const uint8_t *row = (const uint8_t *)codes + numbers[t] * stride + block;
      for (size_t i = 0; i < FK_CODE_BLOCK / 2; i++) {
        int16_t *low = sums + block + i, *high = low + FK_CODE_BLOCK / 2;
        *low = add(*low, scaled((int16_t)(uint16_t)(row[2 * i] << 8), multipliers[t]));
        *high = add(*high, scaled((int16_t)(uint16_t)(row[2 * i + 1] << 8 | row[2 * i]), multipliers[t]));
      }
    }
  }
  for (size_t p = 0; p < padded; p++) {
    if (p >= count) sums[p] = INT16_MIN;
    top = sums[p] > top ? sums[p] : top;
  }
  return top;
}

static int16_t largest(const int16_t *sums, size_t count) {
  int16_t top = INT16_MIN;
  for (size_t p = 0; p < count; p++) top = sums[p] > top ? sums[p] : top;
  return top;
}

static size_t at_least(const int16_t *sums, size_t count, int16_t threshold, uint32_t *positions, size_t limit) {
  size_t found = 0;
  for (size_t p = 0; p < count && found < limit; p++)
    if (sums[p] >= threshold) positions[found++] = (uint32_t)p;
  return found;
}

const fk_code_kernels fk_codes_scalar = {plan, accumulate, largest, at_least};
