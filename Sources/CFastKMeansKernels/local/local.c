#include <math.h>

#include "fk_platform.h"
#include "local_levels.h"

/* AVX-512 uses the AVX2 functions: a class's table has 4 to 16 lanes, and 512-bit registers won nothing there. */
#if defined(__x86_64__)
#define CHOOSE(FUNCTION) (fk_simd_level() == FK_SIMD_SCALAR ? FUNCTION##_scalar : FUNCTION##_avx2)
#elif defined(__aarch64__)
#define CHOOSE(FUNCTION) (fk_simd_level() == FK_SIMD_SCALAR ? FUNCTION##_scalar : FUNCTION##_neon)
#else
#define CHOOSE(FUNCTION) (FUNCTION##_scalar)
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
  CHOOSE(fk_dense_scores)(row, rows, width, prototype, count, score);
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

void fk_blend(const float *center, float *sum, size_t stride, size_t first, size_t last, size_t lanes,
              const float *keep, const float *gain, float cut, float *squared_norm) {
  for (size_t f = first; f < last; f++) {
    const float *c = center + f * stride;
    float *s = sum + f * stride;
    for (size_t l = 0; l < lanes; l++) {
      float value = keep[l] * c[l] + gain[l] * s[l];
      float magnitude = value < 0 ? -value : value;
      value = magnitude < cut ? 0 : value;
      s[l] = value;
      squared_norm[l] += value * value;
    }
  }
}

void fk_replace(float *center, float *sum, size_t stride, size_t first, size_t last, size_t lanes, const float *scale,
                float *squared_shift, float *squared_norm) {
  for (size_t f = first; f < last; f++) {
    float *c = center + f * stride, *s = sum + f * stride;
    for (size_t l = 0; l < lanes; l++) {
      float value = s[l] * scale[l], moved = value - c[l];
      squared_shift[l] += moved * moved;
      squared_norm[l] += value * value;
      c[l] = value;
      s[l] = 0;
    }
  }
}

double fk_exp_shifted(float *value, size_t count, float shift) {
  double total = 0;
  for (size_t i = 0; i < count; i++) {
    value[i] = expf(value[i] - shift);
    total += value[i];
  }
  return total;
}
