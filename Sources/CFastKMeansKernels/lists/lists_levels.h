#pragma once
/* The same functions for each instruction set; lists.c chooses. Not part of the public surface. */
#include "fk_lists.h"

/* What stands for a sum of 0 that was added to: a touched lane is never 0. */
#define TOUCHED 1e-30f

#define FK_LISTS_DECLARE(LEVEL)                                                                                       \
  void fk_lists_scores_##LEVEL(const fk_weight_lists *weights, const fk_lists_row *row, size_t rows, float least,     \
                               const fk_lists_scratch *scratch, float *score);                                        \
  size_t fk_lists_find_##LEVEL(const fk_weight_lists *weights, const fk_lists_row *row,                               \
                               const fk_refine_document *document, const fk_refine_loss *loss,                        \
                               const fk_lists_scratch *scratch, fk_refine_contest *contest);                          \
  size_t fk_lists_move_##LEVEL(fk_weight_lists *weights, const uint32_t *column, const float *value,                  \
                               const float *rates, size_t first, size_t count, const fk_refine_move *moves,           \
                               size_t move_count, float rate, uint32_t part, uint32_t parts);                         \
  void fk_lists_bound_##LEVEL(fk_weight_lists *weights, size_t begin, size_t end);

FK_LISTS_DECLARE(scalar)
FK_LISTS_DECLARE(avx2)
FK_LISTS_DECLARE(avx512)
FK_LISTS_DECLARE(neon)
