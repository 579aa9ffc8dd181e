#include "fk_platform.h"
#include "refine_levels.h"

static uint64_t above_scalar(const float *score, size_t count, float threshold) {
  uint64_t mask = 0;
  for (size_t i = 0; i < count; i++) mask |= (uint64_t)(score[i] > threshold) << i;
  return mask;
}

uint64_t fk_refine_above(const float *score, size_t count, float threshold) {
#if defined(__x86_64__)
  int level = fk_simd_level();
  if (level == FK_SIMD_AVX512) return fk_refine_above_avx512(score, count, threshold);
  if (level == FK_SIMD_AVX2) return fk_refine_above_avx2(score, count, threshold);
#endif
  return above_scalar(score, count, threshold);
}
