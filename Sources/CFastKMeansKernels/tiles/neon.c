/* Compiled on arm64 only. Other machines run it emulated: scripts/test_neon.sh. */
#include "tile_levels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

/* The 64 lanes stay in sixteen registers over a document's entries. */
static inline __attribute__((always_inline)) void score_document(const fk_tile_batch *batch, size_t d,
                                                                 const uint16_t *tile, uint16_t least, float *score,
                                                                 const int drops) {
  float32x4_t sum[16];
  for (int r = 0; r < 16; r++) sum[r] = vdupq_n_f32(0);
  int64_t last = batch->offset[batch->documents] - 1;
  for (int64_t k = batch->offset[d]; k < batch->offset[d + 1]; k++) {
    int64_t ahead = k + FK_TILE_AHEAD < last ? k + FK_TILE_AHEAD : last;
    const uint16_t *next = tile + (size_t)batch->column[ahead] * FK_TILE_LANES;
    __builtin_prefetch(next);
    __builtin_prefetch(next + 32);
    const uint16_t *row = tile + (size_t)batch->column[k] * FK_TILE_LANES;
    float v = batch->value[k];
    for (int r = 0; r < 8; r++) {
      uint16x8_t weight = vld1q_u16(row + 8 * r);
      if (drops)
        weight = vandq_u16(weight, vcgeq_u16(vandq_u16(weight, vdupq_n_u16(0x7FFF)), vdupq_n_u16(least)));
      float32x4_t low = vreinterpretq_f32_u32(vshll_n_u16(vget_low_u16(weight), 16));
      float32x4_t high = vreinterpretq_f32_u32(vshll_high_n_u16(weight, 16));
      sum[2 * r] = vfmaq_n_f32(sum[2 * r], low, v);
      sum[2 * r + 1] = vfmaq_n_f32(sum[2 * r + 1], high, v);
    }
  }
  for (int r = 0; r < 16; r++) vst1q_f32(score + 4 * r, sum[r]);
}

void fk_tile_scores_neon(const fk_tile_batch *batch, const uint16_t *tile, uint16_t least, float *score,
                         size_t stride) {
  for (size_t d = 0; d < batch->documents; d++) {
    if (least > 0)
      score_document(batch, d, tile, least, score + d * stride, 1);
    else
      score_document(batch, d, tile, least, score + d * stride, 0);
  }
}
#endif
