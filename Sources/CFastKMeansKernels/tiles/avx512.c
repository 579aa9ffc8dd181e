#include "tile_levels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))
#define INLINE_AVX512 static inline __attribute__((always_inline, target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")))

INLINE_AVX512 __m512 kept(__m512 weight, __m512 least) {
  return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(_mm512_abs_ps(weight), least, _CMP_NLT_UQ), weight);
}

/* As in avx2.c: even lanes and odd lanes apart, put in order at the end. */
INLINE_AVX512 void score_document(const fk_tile_batch *batch, size_t d, const uint16_t *tile, __m512 least,
                                  float *score, const int drops) {
  const __m512i upper = _mm512_set1_epi32((int)0xFFFF0000);
  __m512 even[2], odd[2];
  for (int r = 0; r < 2; r++) even[r] = odd[r] = _mm512_setzero_ps();
  int64_t last = batch->offset[batch->documents] - 1;
  for (int64_t k = batch->offset[d]; k < batch->offset[d + 1]; k++) {
    int64_t ahead = k + FK_TILE_AHEAD < last ? k + FK_TILE_AHEAD : last;
    const char *next = (const char *)(tile + (size_t)batch->column[ahead] * FK_TILE_LANES);
    _mm_prefetch(next, _MM_HINT_T0);
    _mm_prefetch(next + 64, _MM_HINT_T0);
    const uint16_t *row = tile + (size_t)batch->column[k] * FK_TILE_LANES;
    __m512 v = _mm512_set1_ps(batch->value[k]);
    for (int r = 0; r < 2; r++) {
      __m512i pair = _mm512_loadu_si512(row + 32 * r);
      __m512 low = _mm512_castsi512_ps(_mm512_slli_epi32(pair, 16));
      __m512 high = _mm512_castsi512_ps(_mm512_and_si512(pair, upper));
      even[r] = _mm512_fmadd_ps(v, drops ? kept(low, least) : low, even[r]);
      odd[r] = _mm512_fmadd_ps(v, drops ? kept(high, least) : high, odd[r]);
    }
  }
  const __m512i first = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  const __m512i second = _mm512_set_epi32(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8);
  for (int r = 0; r < 2; r++) {
    _mm512_storeu_ps(score + 32 * r, _mm512_permutex2var_ps(even[r], first, odd[r]));
    _mm512_storeu_ps(score + 32 * r + 16, _mm512_permutex2var_ps(even[r], second, odd[r]));
  }
}

AVX512 void fk_tile_scores_avx512(const fk_tile_batch *batch, const uint16_t *tile, uint16_t least, float *score,
                                  size_t stride) {
  __m512 bound = _mm512_castsi512_ps(_mm512_set1_epi32((int)((uint32_t)least << 16)));
  for (size_t d = 0; d < batch->documents; d++) {
    if (least > 0)
      score_document(batch, d, tile, bound, score + d * stride, 1);
    else
      score_document(batch, d, tile, bound, score + d * stride, 0);
  }
}
#endif
