#include <math.h>

#include "half.h"
#include "scoring_levels.h"

/* fmaf and not x * w + acc: the meaning is a fused multiply-add, also where the machine has none. */
#define SCORE_ROWS(name, type, widen)                                                                              \
  static void name(const type *rows, const size_t *starts, const float *x, size_t terms, const float *bias,       \
                   float *out, size_t count) {                                                                    \
    for (size_t p = 0; p < count; p++) out[p] = bias[p];                                                          \
    for (size_t t = 0; t < terms; t++) {                                                                          \
      const type *row = rows + starts[t];                                                                         \
      for (size_t p = 0; p < count; p++) out[p] = fmaf(x[t], widen(row[p]), out[p]);                              \
    }                                                                                                             \
  }

SCORE_ROWS(score_rows_f32, float, fk_widen_f32)
SCORE_ROWS(score_rows_f16, uint16_t, fk_widen_f16)
SCORE_ROWS(score_rows_bf16, uint16_t, fk_widen_bf16)

static void add_list(const uint32_t *ids, const float *values, size_t count, float x, float *scores) {
  for (size_t i = 0; i < count; i++) scores[ids[i]] = fmaf(x, values[i], scores[ids[i]]);
}

static ptrdiff_t first_max(const float *scores, size_t count) {
  ptrdiff_t best = -1;
  for (size_t p = 0; p < count; p++)
    if (scores[p] == scores[p] && (best < 0 || scores[p] > scores[best])) best = (ptrdiff_t)p;
  return best;
}

static size_t positions_above(const float *scores, size_t count, float threshold, uint32_t *positions) {
  size_t found = 0;
  for (size_t p = 0; p < count; p++)
    if (scores[p] > threshold) positions[found++] = (uint32_t)p;
  return found;
}

const fk_scoring_kernels fk_scoring_scalar = {
    score_rows_f32, score_rows_f16, score_rows_bf16, add_list, first_max, positions_above,
};
