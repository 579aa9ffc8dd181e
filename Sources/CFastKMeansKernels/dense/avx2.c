#if defined(__x86_64__)
#include <immintrin.h>

#include "../scoring/scoring_levels.h"
#include "reach.h"

#define AVX2 __attribute__((target("avx2,fma,f16c")))

AVX2 static inline __m256 load_f32(const float *p) { return _mm256_loadu_ps(p); }
AVX2 static inline __m256 load_f16(const uint16_t *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }
AVX2 static inline __m256 load_bf16(const uint16_t *p) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p)), 16));
}

/* 6 documents x 16 prototypes: twelve accumulators, two registers of prototypes, one of a document. The tile is
 * four of these. */
#define ROW(r, lo, hi)                                                                                             \
  x = _mm256_broadcast_ss(a + r);                                                                                 \
  lo = _mm256_fmadd_ps(x, b0, lo);                                                                                \
  hi = _mm256_fmadd_ps(x, b1, hi);
#define QUARTER(name, type, load)                                                                                  \
  AVX2 static inline __attribute__((always_inline)) void name(const float *a, const type *b, size_t features,     \
                                                              float *s) {                                         \
    enum { W = FK_TILE_COLUMNS };                                                                                 \
    __m256 c0 = _mm256_loadu_ps(s), d0 = _mm256_loadu_ps(s + 8);                                                  \
    __m256 c1 = _mm256_loadu_ps(s + W), d1 = _mm256_loadu_ps(s + W + 8);                                          \
    __m256 c2 = _mm256_loadu_ps(s + 2 * W), d2 = _mm256_loadu_ps(s + 2 * W + 8);                                  \
    __m256 c3 = _mm256_loadu_ps(s + 3 * W), d3 = _mm256_loadu_ps(s + 3 * W + 8);                                  \
    __m256 c4 = _mm256_loadu_ps(s + 4 * W), d4 = _mm256_loadu_ps(s + 4 * W + 8);                                  \
    __m256 c5 = _mm256_loadu_ps(s + 5 * W), d5 = _mm256_loadu_ps(s + 5 * W + 8);                                  \
    for (size_t f = 0; f < features; f++, a += FK_TILE_ROWS, b += W) {                                            \
      __m256 b0 = load(b), b1 = load(b + 8), x;                                                                   \
      ROW(0, c0, d0) ROW(1, c1, d1) ROW(2, c2, d2) ROW(3, c3, d3) ROW(4, c4, d4) ROW(5, c5, d5)                   \
    }                                                                                                             \
    _mm256_storeu_ps(s, c0), _mm256_storeu_ps(s + 8, d0);                                                         \
    _mm256_storeu_ps(s + W, c1), _mm256_storeu_ps(s + W + 8, d1);                                                 \
    _mm256_storeu_ps(s + 2 * W, c2), _mm256_storeu_ps(s + 2 * W + 8, d2);                                         \
    _mm256_storeu_ps(s + 3 * W, c3), _mm256_storeu_ps(s + 3 * W + 8, d3);                                         \
    _mm256_storeu_ps(s + 4 * W, c4), _mm256_storeu_ps(s + 4 * W + 8, d4);                                         \
    _mm256_storeu_ps(s + 5 * W, c5), _mm256_storeu_ps(s + 5 * W + 8, d5);                                         \
  }
#define TILE(name, quarter, type)                                                                                  \
  AVX2 static void name(const float *documents, const type *panel, size_t features, float *scores) {              \
    for (int column = 0; column < FK_TILE_COLUMNS; column += 16)                                                  \
      for (int row = 0; row < FK_TILE_ROWS; row += 6)                                                             \
        quarter(documents + row, panel + column, features, scores + row * FK_TILE_COLUMNS + column);              \
  }

QUARTER(quarter_f32, float, load_f32)
QUARTER(quarter_f16, uint16_t, load_f16)
QUARTER(quarter_bf16, uint16_t, load_bf16)
TILE(tile_f32, quarter_f32, float)
TILE(tile_f16, quarter_f16, uint16_t)
TILE(tile_bf16, quarter_bf16, uint16_t)

AVX2 static unsigned rows_above(const float *scores, const float *thresholds) {
  unsigned rows = 0;
  for (int r = 0; r < FK_TILE_ROWS; r++, scores += FK_TILE_COLUMNS) {
    /* max(a, b) is b when either is NaN, so a NaN may hide a score: compare first, then join. */
    __m256 limit = _mm256_broadcast_ss(thresholds + r);
    __m256 a = _mm256_or_ps(_mm256_cmp_ps(_mm256_loadu_ps(scores), limit, _CMP_GT_OQ),
                            _mm256_cmp_ps(_mm256_loadu_ps(scores + 8), limit, _CMP_GT_OQ));
    __m256 b = _mm256_or_ps(_mm256_cmp_ps(_mm256_loadu_ps(scores + 16), limit, _CMP_GT_OQ),
                            _mm256_cmp_ps(_mm256_loadu_ps(scores + 24), limit, _CMP_GT_OQ));
    rows |= (unsigned)(_mm256_movemask_ps(_mm256_or_ps(a, b)) != 0) << r;
  }
  return rows;
}

AVX2 static size_t reach(const float *scores, const float *norms, float rest, float lowest, size_t count,
                         uint32_t *positions) {
  __m256 factor = _mm256_set1_ps(rest), limit = _mm256_set1_ps(lowest);
  size_t found = 0, p = 0;
  for (; p + 32 <= count; p += 32) {
    unsigned mask = 0;
    for (int i = 0; i < 4; i++) {
      __m256 norm = _mm256_loadu_ps(norms + p + 8 * i), score = _mm256_loadu_ps(scores + p + 8 * i);
      __m256 within = _mm256_cmp_ps(_mm256_fmadd_ps(norm, factor, score), limit, _CMP_NLT_UQ);
      mask |= (unsigned)_mm256_movemask_ps(within) << 8 * i;
    }
    for (; mask; mask &= mask - 1) positions[found++] = (uint32_t)p + (uint32_t)__builtin_ctz(mask);
  }
  return fk_reach_from(p, found, scores, norms, rest, lowest, count, positions);
}

const fk_dense_kernels fk_dense_avx2 = {tile_f32, tile_f16, tile_bf16, rows_above, reach};
#else
/* Not an x86-64 build. */
typedef int fk_dense_avx2_unused;
#endif
