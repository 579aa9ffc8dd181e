/* Compiled on arm64 only. Other machines run it emulated: scripts/test_neon.sh. */
#if defined(__aarch64__)
#include <arm_neon.h>

#include "half.h"
#include "scoring_levels.h"

static inline float32x4_t load_f32(const float *p) { return vld1q_f32(p); }
static inline float32x4_t load_f16(const uint16_t *p) {
  return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
}
static inline float32x4_t load_bf16(const uint16_t *p) {
  return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16));
}

/* 32 prototypes stay in eight registers over all terms; the rest one by one. */
#define SCORE_ROWS(name, type, load, widen)                                                                        \
  static void name(const type *rows, const size_t *starts, const float *x, size_t terms, const float *bias,       \
                   float *out, size_t count) {                                                                    \
    size_t p = 0;                                                                                                 \
    for (; p + 32 <= count; p += 32) {                                                                            \
      float32x4_t acc[8];                                                                                         \
      for (int i = 0; i < 8; i++) acc[i] = vld1q_f32(bias + p + 4 * i);                                           \
      for (size_t t = 0; t < terms; t++) {                                                                        \
        const type *row = rows + starts[t] + p;                                                                   \
        for (int i = 0; i < 8; i++) acc[i] = vfmaq_n_f32(acc[i], load(row + 4 * i), x[t]);                        \
      }                                                                                                           \
      for (int i = 0; i < 8; i++) vst1q_f32(out + p + 4 * i, acc[i]);                                             \
    }                                                                                                             \
    for (; p < count; p++) {                                                                                      \
      float acc = bias[p];                                                                                        \
      for (size_t t = 0; t < terms; t++) acc = __builtin_fmaf(x[t], widen(rows[starts[t] + p]), acc);             \
      out[p] = acc;                                                                                               \
    }                                                                                                             \
  }

SCORE_ROWS(score_rows_f32, float, load_f32, fk_widen_f32)
SCORE_ROWS(score_rows_f16, uint16_t, load_f16, fk_widen_f16)
SCORE_ROWS(score_rows_bf16, uint16_t, load_bf16, fk_widen_bf16)

static void add_list(const uint32_t *ids, const float *values, size_t count, float x, float *scores) {
  for (size_t i = 0; i < count; i++) scores[ids[i]] = __builtin_fmaf(x, values[i], scores[ids[i]]);
}

/* A comparison and not vmaxnmq: that lets a number win over a quiet NaN only, a signalling one hides it. */
static ptrdiff_t first_max(const float *scores, size_t count) {
  float best = -__builtin_inff();
  size_t p = 0;
  float32x4_t top = vdupq_n_f32(best);
  for (; p + 4 <= count; p += 4) {
    float32x4_t score = vld1q_f32(scores + p);
    top = vbslq_f32(vcgtq_f32(score, top), score, top);
  }
  best = vmaxvq_f32(top);
  for (; p < count; p++) best = scores[p] > best ? scores[p] : best;
  for (p = 0; p < count; p++)
    if (scores[p] == best) return (ptrdiff_t)p;
  return -1;
}

static size_t positions_above(const float *scores, size_t count, float threshold, uint32_t *positions) {
  size_t found = 0, p = 0;
  float32x4_t limit = vdupq_n_f32(threshold);
  for (; p + 4 <= count; p += 4) {
    if (vmaxvq_u32(vcgtq_f32(vld1q_f32(scores + p), limit)) == 0) continue;
    for (size_t i = p; i < p + 4; i++)
      if (scores[i] > threshold) positions[found++] = (uint32_t)i;
  }
  for (; p < count; p++)
    if (scores[p] > threshold) positions[found++] = (uint32_t)p;
  return found;
}

const fk_scoring_kernels fk_scoring_neon = {
    score_rows_f32, score_rows_f16, score_rows_bf16, add_list, first_max, positions_above,
};
#else
/* Not an arm64 build. */
typedef int fk_scoring_neon_unused;
#endif
