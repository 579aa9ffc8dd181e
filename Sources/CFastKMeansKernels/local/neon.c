#include "local_levels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

void fk_local_scores_neon(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,
                          int64_t last, const float *table, size_t stride, size_t lanes, float *score) {
  for (int64_t i = first; i < last; i++)
    for (size_t l = 0; l < lanes; l += 4) {
      float32x4_t sum = vdupq_n_f32(0);
      for (int64_t k = offset[i]; k < offset[i + 1]; k++)
        sum = vfmaq_n_f32(sum, vld1q_f32(table + (size_t)column[k] * stride + l), value[k]);
      vst1q_f32(score + (size_t)(i - first) * lanes + l, sum);
    }
}

void fk_local_add_shares_neon(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,
                              int64_t last, const float *share, size_t share_stride, float *table, size_t lanes,
                              size_t begin, size_t end) {
  for (int64_t i = first; i < last; i++)
    for (size_t l = begin; l < end; l += 4) {
      float32x4_t s = vld1q_f32(share + (size_t)(i - first) * share_stride + l);
      if (vmaxvq_f32(vabsq_f32(s)) == 0) continue;
      for (int64_t k = offset[i]; k < offset[i + 1]; k++) {
        float *entry = table + (size_t)column[k] * lanes + l;
        vst1q_f32(entry, vfmaq_n_f32(vld1q_f32(entry), s, value[k]));
      }
    }
}
#endif
