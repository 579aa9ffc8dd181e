#pragma once
/* The same functions for each instruction set; local.c chooses. Not part of the public surface. */
#include "fk_local.h"

#define FK_LOCAL_DECLARE(LEVEL)                                                                                       \
  void fk_local_scores_##LEVEL(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,      \
                               int64_t last, const float *table, size_t stride, size_t lanes, float *score);                         \
  void fk_local_add_shares_##LEVEL(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,  \
                                   int64_t last, const float *share, size_t share_stride, float *table, size_t lanes, \
                                   size_t begin, size_t end);                                                         \
  void fk_dense_scores_##LEVEL(const float *row, size_t rows, size_t width, const float *prototype, size_t count,     \
                               float *score);

FK_LOCAL_DECLARE(scalar)
FK_LOCAL_DECLARE(avx2)
FK_LOCAL_DECLARE(neon)
