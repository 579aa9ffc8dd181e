#if defined(__x86_64__)
#include <immintrin.h>

#include "code_plan.h"
#include "../scoring/scoring_levels.h"

#define AVX2 __attribute__((target("avx2,fma,f16c")))

AVX2 static fk_code_plan plan(const fk_code_scale *scale, const size_t *numbers, const float *x, size_t terms,
                              int16_t *multipliers) {
  return fk_plan_document(scale, numbers, x, terms, multipliers);
}

AVX2 static inline __m256i load(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }
AVX2 static inline void store(void *p, __m256i v) { _mm256_storeu_si256((__m256i *)p, v); }

AVX2 static inline int16_t largest_lane(__m256i v) {
  /* minpos works on unsigned words and finds minima: flip the order. */
  __m128i m = _mm_max_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  __m128i flipped = _mm_xor_si128(m, _mm_set1_epi16(0x7FFF));
  return (int16_t)((unsigned)_mm_extract_epi16(_mm_minpos_epu16(flipped), 0) ^ 0x7FFFu);
}

AVX2 static int16_t accumulate(const int8_t *codes, size_t stride, const size_t *numbers,
                               const int16_t *multipliers, size_t terms, const int16_t *bias,
                               int16_t bias_multiplier, int16_t *sums, size_t count) {
  __m256i top = _mm256_set1_epi16(INT16_MIN), factor = _mm256_set1_epi16(bias_multiplier);
  for (size_t block = 0; block < count; block += FK_CODE_BLOCK) {
    __m256i a0 = _mm256_setzero_si256(), a1 = a0, b0 = a0, b1 = a0;
    if (bias) {
      a0 = _mm256_mulhrs_epi16(load(bias + block), factor);
      a1 = _mm256_mulhrs_epi16(load(bias + block + 16), factor);
      b0 = _mm256_mulhrs_epi16(load(bias + block + 32), factor);
      b1 = _mm256_mulhrs_epi16(load(bias + block + 48), factor);
    }
    for (size_t t = 0; t < terms; t++) {
      const int8_t *row = codes + numbers[t] * stride + block;
      /* Far enough ahead that the line is there when its block comes. */
      _mm_prefetch((const char *)row + 256, _MM_HINT_T0);
      __m256i w = _mm256_set1_epi16(multipliers[t]), v0 = load(row), v1 = load(row + 32);
      a0 = _mm256_add_epi16(a0, _mm256_mulhrs_epi16(_mm256_slli_epi16(v0, 8), w));
      b0 = _mm256_add_epi16(b0, _mm256_mulhrs_epi16(v0, w));
      a1 = _mm256_add_epi16(a1, _mm256_mulhrs_epi16(_mm256_slli_epi16(v1, 8), w));
      b1 = _mm256_add_epi16(b1, _mm256_mulhrs_epi16(v1, w));
    }
    int16_t *out = sums + block;
    store(out, a0), store(out + 16, a1), store(out + 32, b0), store(out + 48, b1);
    if (count - block < FK_CODE_BLOCK) {
      for (size_t p = count - block; p < FK_CODE_BLOCK; p++) out[p] = INT16_MIN;
      a0 = load(out), a1 = load(out + 16), b0 = load(out + 32), b1 = load(out + 48);
    }
    top = _mm256_max_epi16(_mm256_max_epi16(top, _mm256_max_epi16(a0, a1)), _mm256_max_epi16(b0, b1));
  }
  return largest_lane(top);
}

AVX2 static int16_t largest(const int16_t *sums, size_t count) {
  __m256i top = _mm256_set1_epi16(INT16_MIN), other = top;
  for (size_t p = 0; p < count; p += 32) {
    top = _mm256_max_epi16(top, load(sums + p));
    other = _mm256_max_epi16(other, load(sums + p + 16));
  }
  return largest_lane(_mm256_max_epi16(top, other));
}

AVX2 static size_t at_least(const int16_t *sums, size_t count, int16_t threshold, uint32_t *positions,
                            size_t limit) {
  size_t found = 0;
  __m256i wanted = _mm256_set1_epi16(threshold);
  for (size_t p = 0; p < count; p += 32) {
    __m256i low = _mm256_cmpgt_epi16(wanted, load(sums + p));
    __m256i high = _mm256_cmpgt_epi16(wanted, load(sums + p + 16));
    __m256i both = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xD8);
    unsigned mask = ~(unsigned)_mm256_movemask_epi8(both);
    for (; mask; mask &= mask - 1) {
      if (found == limit) return found;
      positions[found++] = (uint32_t)p + (uint32_t)__builtin_ctz(mask);
    }
  }
  return found;
}

const fk_code_kernels fk_codes_avx2 = {plan, accumulate, largest, at_least};
#else
/* Not an x86-64 build. */
typedef int fk_codes_avx2_unused;
#endif
