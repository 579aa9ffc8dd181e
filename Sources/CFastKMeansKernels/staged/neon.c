/* Compiled on arm64 only. Other machines run it emulated: scripts/test_neon.sh. */
#if defined(__aarch64__)
#include <arm_neon.h>

#include "../scoring/scoring_levels.h"
#include "staged_plan.h"

static void plan(const fk_staged_scale *scale, const size_t *numbers, const float *x, size_t terms,
                 fk_staged_document *document) {
  fk_staged_plan_document(scale, numbers, x, terms, document);
}

static void order(const fk_staged_scale *scale, const size_t *numbers, const float *x, size_t terms,
                  fk_staged_document *document) {
  fk_staged_order_document(scale, numbers, x, terms, document);
}

static void scatter(const fk_staged_document *document, const uint32_t *entries, const int16_t *bias,
                    int16_t *sums, size_t count) {
  size_t padded = (count + FK_CODE_BLOCK - 1) / FK_CODE_BLOCK * FK_CODE_BLOCK;
  for (size_t p = 0; p < padded; p += 8)
    vst1q_s16(sums + p, bias ? vqrdmulhq_n_s16(vld1q_s16(bias + p), document->bias_multiplier) : vdupq_n_s16(0));
  for (size_t i = 0; i < document->light_count; i++)
    for (size_t k = 0; k < document->lengths[i]; k++)
      fk_scatter_entry(entries[document->starts[i] + k], document->factors[i], sums);
  for (size_t p = count; p < padded; p++) sums[p] = INT16_MIN;
}

static void add_rows(const int8_t *codes, size_t stride, const size_t *rows, const int16_t *multipliers,
                     size_t terms, int16_t *sums, size_t count) {
  size_t padded = (count + FK_CODE_BLOCK - 1) / FK_CODE_BLOCK * FK_CODE_BLOCK;
  for (size_t block = 0; block < padded; block += FK_CODE_BLOCK) {
    int16x8_t low[4], high[4];
    int16_t *out = sums + block;
    for (int i = 0; i < 4; i++) low[i] = high[i] = vdupq_n_s16(0);
    for (size_t t = 0; t < terms; t++) {
      const int8_t *row = codes + rows[t] * stride + block;
      for (int i = 0; i < 4; i++) {
        int16x8_t v = vreinterpretq_s16_s8(vld1q_s8(row + 16 * i));
        low[i] = vaddq_s16(low[i], vqrdmulhq_n_s16(vshlq_n_s16(v, 8), multipliers[t]));
        high[i] = vaddq_s16(high[i], vqrdmulhq_n_s16(v, multipliers[t]));
      }
    }
    for (int i = 0; i < 4; i++) {
      vst1q_s16(out + 8 * i, vqaddq_s16(vld1q_s16(out + 8 * i), low[i]));
      vst1q_s16(out + 32 + 8 * i, vqaddq_s16(vld1q_s16(out + 32 + 8 * i), high[i]));
    }
  }
  for (size_t p = count; p < padded; p++) sums[p] = INT16_MIN;
}

static size_t reach(const int16_t *sums, const uint16_t *norms, uint16_t rest, int16_t cap, int16_t threshold,
                    size_t count, uint32_t *positions, size_t limit) {
  size_t found = 0;
  for (size_t p = 0; p < count; p += 8) {
    uint16x8_t norm = vld1q_u16(norms + p);
    uint16x8_t bound = vcombine_u16(vshrn_n_u32(vmull_n_u16(vget_low_u16(norm), rest), 16),
                                    vshrn_n_u32(vmull_n_u16(vget_high_u16(norm), rest), 16));
    bound = vminq_u16(vqaddq_u16(bound, vdupq_n_u16(1)), vdupq_n_u16((uint16_t)cap));
    int16x8_t most = vqaddq_s16(vld1q_s16(sums + p), vreinterpretq_s16_u16(bound));
    if (vmaxvq_s16(most) < threshold) continue;
    int16_t lanes[8];
    vst1q_s16(lanes, most);
    for (size_t i = 0; i < 8; i++) {
      if (lanes[i] < threshold) continue;
      if (found == limit) return limit + 1;
      positions[found++] = (uint32_t)(p + i);
    }
  }
  return found;
}

const fk_staged_kernels fk_staged_neon = {plan, order, scatter, add_rows, reach};
#else
/* Not an arm64 build. */
typedef int fk_staged_neon_unused;
#endif
