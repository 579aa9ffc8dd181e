#pragma once
#include <stddef.h>
#include <stdint.h>

#include "fk_refine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Refinement of so many prototypes that their weights outgrow the caches: tiles.
 *
 * Tile t holds lanes 64 t .. 64 t + 63 of every feature, as bfloat16 (the upper half of a float): the weight of a
 * feature and a lane is cells[(t * features + feature) * 64 + lane % 64]. A batch of documents goes through one tile
 * after the other, so that the rows of frequent features, which make most of the work, stay in the second-level cache. */

enum { FK_TILE_LANES = 64 };

/* A batch of documents: document d has entries offset[d] .. offset[d + 1] - 1 of columns and values. */
typedef struct {
  size_t documents;
  const int64_t *offset; /* documents + 1, the first 0 */
  const uint32_t *column;
  const float *value;
} fk_tile_batch;

/* score[d * stride + l] = sum over the entries of document d of value * tile[column * 64 + l], l = 0 .. 63, one chain
 * of fused multiply-adds in the order of the entries: the same bits on every level.
 * Weights of a magnitude below `least` (a bfloat16 without its sign) count as 0; 0 lets all count. */
void fk_tile_scores(const fk_tile_batch *batch, const uint16_t *tile, uint16_t least, float *score, size_t stride);

/* One document's moves of the lanes in tiles begin .. end - 1: the weight of each of the row's features grows by
 * rate * value * factor.
 *
 * The sum is rounded to one of the two nearest bfloat16 by lot, the nearer the likelier: rounded to the nearest, the
 * many moves that are smaller than half a step would all be lost (Gupta et al. 2015, arXiv:1502.02551). The lot depends
 * on `noise` and on the places of entry and move, so on no thread. Weights that overflow become no numbers. */
void fk_tile_move(const uint32_t *column, const float *value, size_t count, const fk_refine_move *moves,
                  size_t move_count, float rate, uint32_t noise, uint16_t *cells, size_t features, size_t begin,
                  size_t end);

/* Adds to tally[m] the number of cells of magnitude m, m = 0 .. 32,767 (a bfloat16 without its sign). */
void fk_tile_tally(const uint16_t *cells, size_t count, uint64_t *tally);

/* Sets the cells of a magnitude below `least` to 0. */
void fk_tile_drop(uint16_t *cells, size_t count, uint16_t least);

#ifdef __cplusplus
}
#endif
