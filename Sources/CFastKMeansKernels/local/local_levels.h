#pragma once
/* The same functions for each instruction set; local.c chooses. Not part of the public surface. */
#include "fk_local.h"

#define FK_LOCAL_DECLARE(LEVEL)                                                                                       \
  void fk_local_scores_##LEVEL(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,      \
                               int64_t last, const float *table, size_t stride, size_t lanes, float *score);          \
  void fk_local_add_shares_##LEVEL(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,  \
                                   int64_t last, const float *share, size_t share_stride, float *table, size_t lanes, \
                                   size_t begin, size_t end);

#define FK_TABLE_DECLARE(LEVEL)                                                                                       \
  void fk_dense_scores_##LEVEL(const float *row, size_t rows, size_t width, const float *prototype, size_t count,     \
                               float *score);                                                                         \
  void fk_table_scores_##LEVEL(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,      \
                               int64_t last, const float *table, size_t stride, float *score);                        \
  void fk_table_add_##LEVEL(const uint32_t *start, uint32_t *cursor, size_t first, size_t last,                       \
                            const uint32_t *document, const float *value, uint32_t first_document,                    \
                            uint32_t last_document, const float *share, size_t stride, float *sum);                   \
  void fk_table_similarities_##LEVEL(float *score, size_t stride, const float *scale, const float *squared_norm,      \
                                     float row_squared_norm);                                                         \
  float fk_table_linear_##LEVEL(float *score, size_t stride, const float *scale, const float *penalty);               \
  float fk_table_softmax_##LEVEL(float *score, size_t stride, const float *scale, const float *penalty,               \
                                 float inverse_temperature);                                                          \
  void fk_table_share_##LEVEL(float *share, size_t stride, float factor, double *added);                              \
  void fk_table_merge_##LEVEL(const uint32_t *row, size_t rows, float *center, float *sum, size_t stride,             \
                              size_t begin, size_t end, const float *keep, const float *gain, const float *cut,       \
                              double *squared);                                                                       \
  void fk_table_drop_##LEVEL(const uint32_t *row, size_t rows, float *center, size_t stride, size_t begin,            \
                             size_t end, const float *cut, double *kept_squared, double *dropped_squared);            \
  void fk_table_shift_##LEVEL(const uint32_t *row, size_t rows, const float *center, float *sum, size_t stride,       \
                              size_t begin, size_t end, const float *after, const float *before, double *squared);    \
  void fk_table_scale_##LEVEL(float *center, size_t rows, size_t stride, const float *factor);

FK_LOCAL_DECLARE(scalar)
FK_LOCAL_DECLARE(avx2)
FK_LOCAL_DECLARE(neon)
FK_TABLE_DECLARE(scalar)
FK_TABLE_DECLARE(avx2)
FK_TABLE_DECLARE(avx512)
FK_TABLE_DECLARE(neon)
