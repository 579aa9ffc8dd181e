#pragma once
/* The functions that differ by instruction set; tiles.c chooses. Not part of the public surface. */
#include "fk_tiles.h"

void fk_tile_scores_scalar(const fk_tile_batch *batch, const uint16_t *tile, uint16_t least, float *score,
                           size_t stride);
void fk_tile_scores_avx2(const fk_tile_batch *batch, const uint16_t *tile, uint16_t least, float *score,
                         size_t stride);
void fk_tile_scores_avx512(const fk_tile_batch *batch, const uint16_t *tile, uint16_t least, float *score,
                           size_t stride);
void fk_tile_scores_neon(const fk_tile_batch *batch, const uint16_t *tile, uint16_t least, float *score,
                         size_t stride);

/* Rows ahead, over the ends of documents, that are asked for: they are random, and those of rare features come from
 * memory. Measured on 100,000 features: 8 to 32 are alike, 4 is slower. */
enum { FK_TILE_AHEAD = 16 };
