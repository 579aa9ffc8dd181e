#include <math.h>

#include "../scoring/half.h"
#include "tile_levels.h"

void fk_tile_scores_scalar(const fk_tile_batch *batch, const uint16_t *tile, uint16_t least, float *score,
                           size_t stride) {
  for (size_t d = 0; d < batch->documents; d++) {
    float *sum = score + d * stride;
    for (size_t l = 0; l < FK_TILE_LANES; l++) sum[l] = 0;
    for (int64_t k = batch->offset[d]; k < batch->offset[d + 1]; k++) {
      const uint16_t *row = tile + (size_t)batch->column[k] * FK_TILE_LANES;
      for (size_t l = 0; l < FK_TILE_LANES; l++) {
        float weight = (row[l] & 0x7FFF) < least ? 0 : fk_widen_bf16(row[l]);
        sum[l] = fmaf(batch->value[k], weight, sum[l]);
      }
    }
  }
}
