#include <math.h>

#include "../scoring/half.h"
#include "../scoring/scoring_levels.h"
#include "reach.h"

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

static unsigned rows_above(const float *scores, const float *thresholds) {
  unsigned rows = 0;
  for (int r = 0; r < FK_TILE_ROWS; r++)
    for (int c = 0; c < FK_TILE_COLUMNS; c++) rows |= (unsigned)(scores[r * FK_TILE_COLUMNS + c] > thresholds[r]) << r;
  return rows;
}

static size_t reach(const float *scores, const float *norms, float rest, float lowest, size_t count,
                    uint32_t *positions) {
  return fk_reach_from(0, 0, scores, norms, rest, lowest, count, positions);
}

const fk_dense_kernels fk_dense_scalar = {tile_f32, tile_f16, tile_bf16, rows_above, reach};

void fk_pack_documents(const float *rows, size_t stride, size_t count, const float *scales, size_t features,
                       float *packed) {
  /* A few features at a time: the packed part stays in the first cache while each document adds its column. */
  enum { PIECE = 128 };
  for (size_t start = 0; start < features; start += PIECE) {
    size_t end = features - start < PIECE ? features : start + PIECE;
    for (size_t r = 0; r < FK_TILE_ROWS; r++) {
      const float *row = rows + (r < count ? r : 0) * stride;
      float scale = r >= count ? 0 : scales ? scales[r] : 1;
      if (r < count)
        for (size_t f = start; f < end; f++) packed[f * FK_TILE_ROWS + r] = row[f] * scale;
      else
        for (size_t f = start; f < end; f++) packed[f * FK_TILE_ROWS + r] = 0;
    }
  }
}
