#if defined(__x86_64__)
#include <immintrin.h>

#include "../scoring/scoring_levels.h"
#include "reach.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))

AVX512 static inline __m512 load_f32(const float *p) { return _mm512_loadu_ps(p); }
AVX512 static inline __m512 load_f16(const uint16_t *p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
AVX512 static inline __m512 load_bf16(const uint16_t *p) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p)), 16));
}

/* The whole tile in registers: 24 accumulators, two registers of prototypes; a document's value is broadcast by
 * the multiply-add itself. */
#define TILE(name, type, load)                                                                                     \
  AVX512 static void name(const float *a, const type *b, size_t features, float *scores) {                        \
    __m512 lo[FK_TILE_ROWS], hi[FK_TILE_ROWS];                                                                    \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < FK_TILE_ROWS; r++) {                                   \
      lo[r] = _mm512_loadu_ps(scores + r * FK_TILE_COLUMNS);                                                      \
      hi[r] = _mm512_loadu_ps(scores + r * FK_TILE_COLUMNS + 16);                                                 \
    }                                                                                                             \
    for (size_t f = 0; f < features; f++, a += FK_TILE_ROWS, b += FK_TILE_COLUMNS) {                              \
      __m512 b0 = load(b), b1 = load(b + 16);                                                                     \
      _Pragma("clang loop unroll(full)") for (int r = 0; r < FK_TILE_ROWS; r++) {                                 \
        __m512 x = _mm512_set1_ps(a[r]);                                                                          \
        lo[r] = _mm512_fmadd_ps(x, b0, lo[r]);                                                                    \
        hi[r] = _mm512_fmadd_ps(x, b1, hi[r]);                                                                    \
      }                                                                                                           \
    }                                                                                                             \
    _Pragma("clang loop unroll(full)") for (int r = 0; r < FK_TILE_ROWS; r++) {                                   \
      _mm512_storeu_ps(scores + r * FK_TILE_COLUMNS, lo[r]);                                                      \
      _mm512_storeu_ps(scores + r * FK_TILE_COLUMNS + 16, hi[r]);                                                 \
    }                                                                                                             \
  }

TILE(tile_f32, float, load_f32)
TILE(tile_f16, uint16_t, load_f16)
TILE(tile_bf16, uint16_t, load_bf16)

AVX512 static unsigned rows_above(const float *scores, const float *thresholds) {
  unsigned rows = 0;
  for (int r = 0; r < FK_TILE_ROWS; r++, scores += FK_TILE_COLUMNS) {
    __m512 limit = _mm512_set1_ps(thresholds[r]);
    unsigned above = (unsigned)_mm512_cmp_ps_mask(_mm512_loadu_ps(scores), limit, _CMP_GT_OQ) |
                     (unsigned)_mm512_cmp_ps_mask(_mm512_loadu_ps(scores + 16), limit, _CMP_GT_OQ);
    rows |= (unsigned)(above != 0) << r;
  }
  return rows;
}

AVX512 static size_t reach(const float *scores, const float *norms, float rest, float lowest, size_t count,
                           uint32_t *positions) {
  __m512 factor = _mm512_set1_ps(rest), limit = _mm512_set1_ps(lowest);
  size_t found = 0, p = 0;
  for (; p + 32 <= count; p += 32) {
    __m512 low = _mm512_fmadd_ps(_mm512_loadu_ps(norms + p), factor, _mm512_loadu_ps(scores + p));
    __m512 high = _mm512_fmadd_ps(_mm512_loadu_ps(norms + p + 16), factor, _mm512_loadu_ps(scores + p + 16));
    unsigned mask = (unsigned)_mm512_cmp_ps_mask(low, limit, _CMP_NLT_UQ) |
                    (unsigned)_mm512_cmp_ps_mask(high, limit, _CMP_NLT_UQ) << 16;
    for (; mask; mask &= mask - 1) positions[found++] = (uint32_t)p + (uint32_t)__builtin_ctz(mask);
  }
  return fk_reach_from(p, found, scores, norms, rest, lowest, count, positions);
}

const fk_dense_kernels fk_dense_avx512 = {tile_f32, tile_f16, tile_bf16, rows_above, reach};
#else
/* Not an x86-64 build. */
typedef int fk_dense_avx512_unused;
#endif
