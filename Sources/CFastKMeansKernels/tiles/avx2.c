#include "tile_levels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define INLINE_AVX2 static inline __attribute__((always_inline, target("avx2,fma")))

/* A weight of a magnitude below the least one becomes 0. */
INLINE_AVX2 __m256 kept(__m256 weight, __m256 least) {
  __m256 magnitude = _mm256_andnot_ps(_mm256_set1_ps(-0.0f), weight);
  return _mm256_andnot_ps(_mm256_cmp_ps(magnitude, least, _CMP_LT_OQ), weight);
}

/* Two neighbouring lanes share a 32-bit word: the odd one is its upper half, the even one its lower half moved up.
 * That is cheaper than widening one after the other; the lanes are put in order at the end. */
INLINE_AVX2 void score_document(const fk_tile_batch *batch, size_t d, const uint16_t *tile, __m256 least,
                                float *score, const int drops) {
  const __m256i upper = _mm256_set1_epi32((int)0xFFFF0000);
  __m256 even[4], odd[4];
  for (int r = 0; r < 4; r++) even[r] = odd[r] = _mm256_setzero_ps();
  int64_t last = batch->offset[batch->documents] - 1;
  for (int64_t k = batch->offset[d]; k < batch->offset[d + 1]; k++) {
    int64_t ahead = k + FK_TILE_AHEAD < last ? k + FK_TILE_AHEAD : last;
    const char *next = (const char *)(tile + (size_t)batch->column[ahead] * FK_TILE_LANES);
    _mm_prefetch(next, _MM_HINT_T0);
    _mm_prefetch(next + 64, _MM_HINT_T0);
    const uint16_t *row = tile + (size_t)batch->column[k] * FK_TILE_LANES;
    __m256 v = _mm256_set1_ps(batch->value[k]);
    for (int r = 0; r < 4; r++) {
      __m256i pair = _mm256_loadu_si256((const __m256i *)(row + 16 * r));
      __m256 low = _mm256_castsi256_ps(_mm256_slli_epi32(pair, 16));
      __m256 high = _mm256_castsi256_ps(_mm256_and_si256(pair, upper));
      even[r] = _mm256_fmadd_ps(v, drops ? kept(low, least) : low, even[r]);
      odd[r] = _mm256_fmadd_ps(v, drops ? kept(high, least) : high, odd[r]);
    }
  }
  for (int r = 0; r < 4; r++) {
    __m256 low = _mm256_unpacklo_ps(even[r], odd[r]), high = _mm256_unpackhi_ps(even[r], odd[r]);
    _mm256_storeu_ps(score + 16 * r, _mm256_permute2f128_ps(low, high, 0x20));
    _mm256_storeu_ps(score + 16 * r + 8, _mm256_permute2f128_ps(low, high, 0x31));
  }
}

AVX2 void fk_tile_scores_avx2(const fk_tile_batch *batch, const uint16_t *tile, uint16_t least, float *score,
                              size_t stride) {
  __m256 bound = _mm256_castsi256_ps(_mm256_set1_epi32((int)((uint32_t)least << 16)));
  for (size_t d = 0; d < batch->documents; d++) {
    if (least > 0)
      score_document(batch, d, tile, bound, score + d * stride, 1);
    else
      score_document(batch, d, tile, bound, score + d * stride, 0);
  }
}
#endif
