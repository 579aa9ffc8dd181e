#include "refine_levels.h"

#if defined(__x86_64__)
#include <immintrin.h>

__attribute__((target("avx2"))) uint64_t fk_refine_above_avx2(const float *score, size_t count, float threshold) {
  uint64_t mask = 0;
  __m256 t = _mm256_set1_ps(threshold);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    unsigned bits = (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(score + i), t, _CMP_GT_OQ));
    mask |= (uint64_t)bits << i;
  }
  for (; i < count; i++) mask |= (uint64_t)(score[i] > threshold) << i;
  return mask;
}
#endif
