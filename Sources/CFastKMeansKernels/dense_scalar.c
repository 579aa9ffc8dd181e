#include <math.h>

#include "fk_half.h"
#include "scoring_levels.h"

#define TILE(name, type, widen)                                                                                    \
  static void name(const float *documents, const type *panel, size_t features, float *scores) {                   \
    for (size_t f = 0; f < features; f++)                                                                         \
      for (int r = 0; r < FK_TILE_ROWS; r++)                                                                      \
        for (int c = 0; c < FK_TILE_COLUMNS; c++)                                                                 \
          scores[r * FK_TILE_COLUMNS + c] =                                                                       \
              fmaf(documents[f * FK_TILE_ROWS + r], widen(panel[f * FK_TILE_COLUMNS + c]),                        \
                   scores[r * FK_TILE_COLUMNS + c]);                                                              \
  }

TILE(tile_f32, float, fk_widen_f32)
TILE(tile_f16, uint16_t, fk_widen_f16)
TILE(tile_bf16, uint16_t, fk_widen_bf16)

const fk_dense_kernels fk_dense_scalar = {tile_f32, tile_f16, tile_bf16};
