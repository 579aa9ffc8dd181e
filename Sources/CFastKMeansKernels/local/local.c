#include <math.h>

#include "fk_platform.h"
#include "local_levels.h"

/* A product and a sum are two roundings wherever no fma is written: compilers differ in what they fuse. */
#pragma clang fp contract(off)

/* CHOOSE: AVX-512 uses the AVX2 functions: a class's table has 4 to 16 lanes, and 512-bit registers won nothing
 * there. CHOOSE_WIDE has all levels. */
#if defined(__x86_64__)
#define CHOOSE(FUNCTION) (fk_simd_level() == FK_SIMD_SCALAR ? FUNCTION##_scalar : FUNCTION##_avx2)
#define CHOOSE_WIDE(FUNCTION) (fk_simd_level() == FK_SIMD_AVX512 ? FUNCTION##_avx512 : CHOOSE(FUNCTION))
#elif defined(__aarch64__)
#define CHOOSE(FUNCTION) (fk_simd_level() == FK_SIMD_SCALAR ? FUNCTION##_scalar : FUNCTION##_neon)
#define CHOOSE_WIDE(FUNCTION) CHOOSE(FUNCTION)
#else
#define CHOOSE(FUNCTION) (FUNCTION##_scalar)
#define CHOOSE_WIDE(FUNCTION) CHOOSE(FUNCTION)
#endif

void fk_local_scores(const int64_t *offset, const uint32_t *column, const float *value, int64_t first, int64_t last,
                     const float *table, size_t stride, size_t lanes, float *score) {
  CHOOSE(fk_local_scores)(offset, column, value, first, last, table, stride, lanes, score);
}

void fk_local_add_shares(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,
                         int64_t last, const float *share, size_t share_stride, float *table, size_t lanes,
                         size_t begin, size_t end) {
  CHOOSE(fk_local_add_shares)
  (offset, column, value, first, last, share, share_stride, table, lanes, begin, end);
}

void fk_dense_scores(const float *row, size_t rows, size_t width, const float *prototype, size_t count, float *score) {
  CHOOSE_WIDE(fk_dense_scores)(row, rows, width, prototype, count, score);
}

static int32_t best_lane(const float *score, const float *bias, size_t lanes, float *best) {
  int32_t winner = 0;
  float top = score[0] + bias[0];
  for (size_t l = 1; l < lanes; l++) {
    float s = score[l] + bias[l];
    if (s > top) {
      top = s;
      winner = (int32_t)l;
    }
  }
  *best = top;
  return winner;
}

void fk_local_nearest(const int64_t *offset, const uint32_t *column, const float *value, int64_t first, int64_t last,
                      const float *table, size_t lanes, const float *bias, float *scratch,
                      size_t scratch_floats, int32_t *nearest, float *best) {
  int64_t block = (int64_t)(scratch_floats / lanes);
  for (int64_t i = first; i < last; i += block) {
    int64_t end = i + block < last ? i + block : last;
    fk_local_scores(offset, column, value, i, end, table, lanes, lanes, scratch);
    for (int64_t j = i; j < end; j++)
      nearest[j - first] = best_lane(scratch + (size_t)(j - i) * lanes, bias, lanes, best + (j - first));
  }
}

void fk_local_add(const int64_t *offset, const uint32_t *column, const float *value, int64_t first, int64_t last,
                  const int32_t *lane, const float *weight, float *table, size_t lanes) {
  for (int64_t i = first; i < last; i++) {
    if (lane[i - first] < 0) continue;
    float *target = table + lane[i - first];
    float w = weight ? weight[i - first] : 1;
    for (int64_t k = offset[i]; k < offset[i + 1]; k++) target[(size_t)column[k] * lanes] += w * value[k];
  }
}

void fk_axpy(float factor, const float *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += factor * x[i];
}

void fk_table_scores(const int64_t *offset, const uint32_t *column, const float *value, int64_t first, int64_t last,
                     const float *table, size_t stride, float *score) {
  CHOOSE_WIDE(fk_table_scores)(offset, column, value, first, last, table, stride, score);
}

void fk_table_add(const uint32_t *start, uint32_t *cursor, size_t first, size_t last, const uint32_t *document,
                  const float *value, uint32_t first_document, uint32_t last_document, const float *share,
                  size_t stride, float *sum) {
  CHOOSE_WIDE(fk_table_add)
  (start, cursor, first, last, document, value, first_document, last_document, share, stride, sum);
}

void fk_table_similarities(float *score, size_t stride, const float *scale, const float *squared_norm,
                           float row_squared_norm) {
  CHOOSE_WIDE(fk_table_similarities)(score, stride, scale, squared_norm, row_squared_norm);
}

float fk_table_linear(float *score, size_t stride, const float *scale, const float *penalty) {
  return CHOOSE_WIDE(fk_table_linear)(score, stride, scale, penalty);
}

float fk_table_softmax(float *score, size_t stride, const float *scale, const float *penalty,
                       float inverse_temperature) {
  return CHOOSE_WIDE(fk_table_softmax)(score, stride, scale, penalty, inverse_temperature);
}

void fk_table_share(float *share, size_t stride, float factor, double *added) {
  CHOOSE_WIDE(fk_table_share)(share, stride, factor, added);
}

void fk_table_merge(const uint32_t *row, size_t rows, float *center, float *sum, size_t stride, size_t begin,
                    size_t end, const float *keep, const float *gain, const float *cut, double *squared) {
  CHOOSE_WIDE(fk_table_merge)(row, rows, center, sum, stride, begin, end, keep, gain, cut, squared);
}

void fk_table_drop(const uint32_t *row, size_t rows, float *center, size_t stride, size_t begin, size_t end,
                   const float *cut, double *kept_squared, double *dropped_squared) {
  CHOOSE_WIDE(fk_table_drop)(row, rows, center, stride, begin, end, cut, kept_squared, dropped_squared);
}

void fk_table_shift(const uint32_t *row, size_t rows, const float *center, float *sum, size_t stride, size_t begin,
                    size_t end, const float *after, const float *before, double *squared) {
  CHOOSE_WIDE(fk_table_shift)(row, rows, center, sum, stride, begin, end, after, before, squared);
}

void fk_table_scale(float *center, size_t rows, size_t stride, const float *factor) {
  CHOOSE_WIDE(fk_table_scale)(center, rows, stride, factor);
}
