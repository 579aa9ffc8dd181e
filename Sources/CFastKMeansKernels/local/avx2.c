#include "local_levels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define INLINE_AVX2 static inline __attribute__((always_inline, target("avx2,fma")))

/* How many entries ahead a table row is asked for: random rows miss the caches. */
enum { AHEAD = 16 };

AVX2 static void scores_of_4_lanes(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,
                                   int64_t last, const float *table, size_t stride, float *score) {
  for (int64_t i = first; i < last; i++) {
    __m128 sum = _mm_setzero_ps();
    for (int64_t k = offset[i]; k < offset[i + 1]; k++)
      sum = _mm_fmadd_ps(_mm_broadcast_ss(value + k), _mm_loadu_ps(table + (size_t)column[k] * stride), sum);
    _mm_storeu_ps(score + (size_t)(i - first) * 4, sum);
  }
}

/* One row against one block of `registers` * 8 lanes, kept in registers over all of the row's entries. */
INLINE_AVX2 void score_block(const uint32_t *column, const float *value, int64_t count, const float *table,
                             size_t stride, float *score, const int registers) {
  __m256 sum[8];
  for (int r = 0; r < registers; r++) sum[r] = _mm256_setzero_ps();
  for (int64_t k = 0; k < count; k++) {
    const float *entry = table + (size_t)column[k] * stride;
    if (k + AHEAD < count) _mm_prefetch((const char *)(table + (size_t)column[k + AHEAD] * stride), _MM_HINT_T0);
    __m256 v = _mm256_broadcast_ss(value + k);
    for (int r = 0; r < registers; r++) sum[r] = _mm256_fmadd_ps(v, _mm256_loadu_ps(entry + 8 * r), sum[r]);
  }
  for (int r = 0; r < registers; r++) _mm256_storeu_ps(score + 8 * r, sum[r]);
}

AVX2 void fk_local_scores_avx2(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,
                               int64_t last, const float *table, size_t stride, size_t lanes, float *score) {
  if (lanes == 4) {
    scores_of_4_lanes(offset, column, value, first, last, table, stride, score);
    return;
  }
  for (int64_t i = first; i < last; i++) {
    const uint32_t *c = column + offset[i];
    const float *v = value + offset[i];
    int64_t count = offset[i + 1] - offset[i];
    float *out = score + (size_t)(i - first) * lanes;
    size_t l = 0;
    for (; l + 64 <= lanes; l += 64) score_block(c, v, count, table + l, stride, out + l, 8);
    for (; l + 32 <= lanes; l += 32) score_block(c, v, count, table + l, stride, out + l, 4);
    for (; l + 16 <= lanes; l += 16) score_block(c, v, count, table + l, stride, out + l, 2);
    for (; l + 8 <= lanes; l += 8) score_block(c, v, count, table + l, stride, out + l, 1);
  }
}

/* Adds one row's shares in `registers` * 8 lanes to the table rows of its entries. */
INLINE_AVX2 void add_block(const uint32_t *column, const float *value, int64_t count, const float *share, float *table,
                           size_t lanes, const int registers) {
  __m256 s[8], any = _mm256_setzero_ps();
  for (int r = 0; r < registers; r++) {
    s[r] = _mm256_loadu_ps(share + 8 * r);
    any = _mm256_or_ps(any, _mm256_cmp_ps(s[r], _mm256_setzero_ps(), _CMP_NEQ_OQ));
  }
  if (_mm256_movemask_ps(any) == 0) return;
  for (int64_t k = 0; k < count; k++) {
    float *entry = table + (size_t)column[k] * lanes;
    if (k + AHEAD < count) _mm_prefetch((const char *)(table + (size_t)column[k + AHEAD] * lanes), _MM_HINT_T0);
    __m256 v = _mm256_broadcast_ss(value + k);
    for (int r = 0; r < registers; r++)
      _mm256_storeu_ps(entry + 8 * r, _mm256_fmadd_ps(v, s[r], _mm256_loadu_ps(entry + 8 * r)));
  }
}

AVX2 static void add_4_lanes(const uint32_t *column, const float *value, int64_t count, const float *share,
                             float *table, size_t lanes) {
  __m128 s = _mm_loadu_ps(share);
  if (_mm_movemask_ps(_mm_cmpneq_ps(s, _mm_setzero_ps())) == 0) return;
  for (int64_t k = 0; k < count; k++) {
    float *entry = table + (size_t)column[k] * lanes;
    _mm_storeu_ps(entry, _mm_fmadd_ps(_mm_broadcast_ss(value + k), s, _mm_loadu_ps(entry)));
  }
}

AVX2 void fk_local_add_shares_avx2(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,
                                   int64_t last, const float *share, size_t share_stride, float *table, size_t lanes,
                                   size_t begin, size_t end) {
  for (int64_t i = first; i < last; i++) {
    const uint32_t *c = column + offset[i];
    const float *v = value + offset[i];
    int64_t count = offset[i + 1] - offset[i];
    const float *row_share = share + (size_t)(i - first) * share_stride;
    size_t l = begin;
    for (; l + 64 <= end; l += 64) add_block(c, v, count, row_share + l, table + l, lanes, 8);
    for (; l + 16 <= end; l += 16) add_block(c, v, count, row_share + l, table + l, lanes, 2);
    for (; l + 8 <= end; l += 8) add_block(c, v, count, row_share + l, table + l, lanes, 1);
    for (; l + 4 <= end; l += 4) add_4_lanes(c, v, count, row_share + l, table + l, lanes);
  }
}
#endif
