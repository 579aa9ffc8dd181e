#include "refine_levels.h"
#include "scan.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define INLINE_AVX512 static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))

/* Rows ahead that are asked for: table rows are random, and a miss to the last-level cache costs some 50 cycles. */
enum { AHEAD = 6 };

/* One block of `registers` * 16 lanes, kept in registers over all entries. */
INLINE_AVX512 void score_block(const uint32_t *column, const float *value, size_t count, const float *table,
                               size_t stride, float *score, const int registers) {
  __m512 sum[16];
  for (int r = 0; r < registers; r++) sum[r] = _mm512_setzero_ps();
  for (size_t k = 0; k < count; k++) {
    const float *entry = table + (size_t)column[k] * stride;
    if (k + AHEAD < count) {
      const float *next = table + (size_t)column[k + AHEAD] * stride;
      for (int r = 0; r < registers; r++) _mm_prefetch((const char *)(next + 16 * r), _MM_HINT_T0);
    }
    __m512 v = _mm512_set1_ps(value[k]);
    for (int r = 0; r < registers; r++) sum[r] = _mm512_fmadd_ps(v, _mm512_loadu_ps(entry + 16 * r), sum[r]);
  }
  for (int r = 0; r < registers; r++) _mm512_storeu_ps(score + 16 * r, sum[r]);
}

INLINE_AVX512 void score_8_lanes(const uint32_t *column, const float *value, size_t count, const float *table,
                                 size_t stride, float *score) {
  __m256 sum = _mm256_setzero_ps();
  for (size_t k = 0; k < count; k++)
    sum = _mm256_fmadd_ps(_mm256_set1_ps(value[k]), _mm256_loadu_ps(table + (size_t)column[k] * stride), sum);
  _mm256_storeu_ps(score, sum);
}

AVX512 void fk_refine_scores_avx512(const uint32_t *column, const float *value, size_t count, const float *table,
                                    size_t stride, float *score) {
  size_t l = 0;
  for (; l + 256 <= stride; l += 256) score_block(column, value, count, table + l, stride, score + l, 16);
  for (; l + 128 <= stride; l += 128) score_block(column, value, count, table + l, stride, score + l, 8);
  for (; l + 64 <= stride; l += 64) score_block(column, value, count, table + l, stride, score + l, 4);
  for (; l + 32 <= stride; l += 32) score_block(column, value, count, table + l, stride, score + l, 2);
  for (; l + 16 <= stride; l += 16) score_block(column, value, count, table + l, stride, score + l, 1);
  for (; l + 8 <= stride; l += 8) score_8_lanes(column, value, count, table + l, stride, score + l);
}

INLINE_AVX512 unsigned above(const float *score, size_t count, float threshold) {
  __mmask16 valid = count >= 16 ? 0xFFFF : (__mmask16)((1u << count) - 1);
  return _mm512_mask_cmp_ps_mask(valid, _mm512_maskz_loadu_ps(valid, score), _mm512_set1_ps(threshold), _CMP_GT_OQ);
}

AVX512 void fk_refine_scan_avx512(const float *score, size_t begin, size_t end, const fk_refine_lanes *lanes,
                                  fk_refine_contest *contest) {
  fk_refine_scan_body(score, begin, end, lanes, contest, above);
}
#endif
