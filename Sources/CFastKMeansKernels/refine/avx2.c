#include "refine_levels.h"
#include "scan.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define INLINE_AVX2 static inline __attribute__((always_inline, target("avx2")))

INLINE_AVX2 unsigned above(const float *score, size_t count, float threshold) {
  __m256 t = _mm256_set1_ps(threshold);
  if (count >= 16) {
    unsigned low = (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(score), t, _CMP_GT_OQ));
    unsigned high = (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(score + 8), t, _CMP_GT_OQ));
    return low | high << 8;
  }
  return fk_refine_above(score, count, threshold);
}

AVX2 void fk_refine_scan_avx2(const float *score, size_t begin, size_t end, const fk_refine_lanes *lanes,
                              fk_refine_contest *contest) {
  fk_refine_scan_body(score, begin, end, lanes, contest, above);
}
#endif
