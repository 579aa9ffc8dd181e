#include <math.h>
#include <string.h>

#include "local_levels.h"

/* fmaf and not x * w + sum: the meaning is a fused multiply-add, also where the machine has none. */

void fk_local_scores_scalar(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,
                            int64_t last, const float *table, size_t stride, size_t lanes, float *score) {
  for (int64_t i = first; i < last; i++) {
    float *sum = score + (size_t)(i - first) * lanes;
    memset(sum, 0, lanes * sizeof(float));
    for (int64_t k = offset[i]; k < offset[i + 1]; k++) {
      const float *entry = table + (size_t)column[k] * stride;
      for (size_t l = 0; l < lanes; l++) sum[l] = fmaf(value[k], entry[l], sum[l]);
    }
  }
}

static int any_nonzero(const float *share, size_t count) {
  for (size_t l = 0; l < count; l++)
    if (share[l] != 0) return 1;
  return 0;
}

void fk_local_add_shares_scalar(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,
                                int64_t last, const float *share, size_t share_stride, float *table, size_t lanes,
                                size_t begin, size_t end) {
  for (int64_t i = first; i < last; i++) {
    const float *row_share = share + (size_t)(i - first) * share_stride + begin;
    if (!any_nonzero(row_share, end - begin)) continue;
    for (int64_t k = offset[i]; k < offset[i + 1]; k++) {
      float *entry = table + (size_t)column[k] * lanes + begin;
      for (size_t l = 0; l < end - begin; l++) entry[l] = fmaf(value[k], row_share[l], entry[l]);
    }
  }
}
