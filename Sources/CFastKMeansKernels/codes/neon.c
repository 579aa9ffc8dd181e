/* Compiled on arm64 only. Other machines run it emulated: scripts/test_neon.sh. */
#if defined(__aarch64__)
#include <arm_neon.h>

#include "code_plan.h"
#include "../scoring/scoring_levels.h"

static fk_code_plan plan(const fk_code_scale *scale, const size_t *numbers, const float *x, size_t terms,
                         int16_t *multipliers) {
  return fk_plan_document(scale, numbers, x, terms, multipliers);
}

/* vqrdmulh is round(a * b / 2^15), as everywhere except for -32768 * -32768; no multiplier is that small. */
static int16_t accumulate(const int8_t *codes, size_t stride, const size_t *numbers, const int16_t *multipliers,
                          size_t terms, const int16_t *bias, int16_t bias_multiplier, int16_t *sums,
                          size_t count) {
  int16x8_t top = vdupq_n_s16(INT16_MIN);
  for (size_t block = 0; block < count; block += FK_CODE_BLOCK) {
    int16x8_t low[4], high[4];
    int16_t *out = sums + block;
    for (int i = 0; i < 4; i++) {
      low[i] = bias ? vqrdmulhq_n_s16(vld1q_s16(bias + block + 8 * i), bias_multiplier) : vdupq_n_s16(0);
      high[i] = bias ? vqrdmulhq_n_s16(vld1q_s16(bias + block + 32 + 8 * i), bias_multiplier) : vdupq_n_s16(0);
    }
    for (size_t t = 0; t < terms; t++) {
      const int8_t *row = codes + numbers[t] * stride + block;
      for (int i = 0; i < 4; i++) {
        int16x8_t v = vreinterpretq_s16_s8(vld1q_s8(row + 16 * i));
        low[i] = vaddq_s16(low[i], vqrdmulhq_n_s16(vshlq_n_s16(v, 8), multipliers[t]));
        high[i] = vaddq_s16(high[i], vqrdmulhq_n_s16(v, multipliers[t]));
      }
    }
    for (int i = 0; i < 4; i++) {
      vst1q_s16(out + 8 * i, low[i]);
      vst1q_s16(out + 32 + 8 * i, high[i]);
    }
    for (size_t p = count - block; p < FK_CODE_BLOCK; p++) out[p] = INT16_MIN;
    for (int i = 0; i < 8; i++) top = vmaxq_s16(top, vld1q_s16(out + 8 * i));
  }
  return vmaxvq_s16(top);
}

static int16_t largest(const int16_t *sums, size_t count) {
  int16x8_t top = vdupq_n_s16(INT16_MIN);
  for (size_t p = 0; p < count; p += 8) top = vmaxq_s16(top, vld1q_s16(sums + p));
  return vmaxvq_s16(top);
}

static size_t at_least(const int16_t *sums, size_t count, int16_t threshold, uint32_t *positions, size_t limit) {
  size_t found = 0;
  int16x8_t wanted = vdupq_n_s16(threshold);
  for (size_t p = 0; p < count; p += 8) {
    if (vmaxvq_u16(vcgeq_s16(vld1q_s16(sums + p), wanted)) == 0) continue;
    for (size_t i = p; i < p + 8; i++) {
      if (sums[i] < threshold) continue;
      if (found == limit) return found;
      positions[found++] = (uint32_t)i;
    }
  }
  return found;
}

const fk_code_kernels fk_codes_neon = {plan, accumulate, largest, at_least};
#else
/* Not an arm64 build. */
typedef int fk_codes_neon_unused;
#endif
