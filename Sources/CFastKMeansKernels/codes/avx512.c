#if defined(__x86_64__)
#include <immintrin.h>

#include "code_plan.h"
#include "../scoring/scoring_levels.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))

AVX512 static fk_code_plan plan(const fk_code_scale *scale, const size_t *numbers, const float *x, size_t terms,
                                int16_t *multipliers) {
  return fk_plan_document(scale, numbers, x, terms, multipliers);
}

AVX512 static inline __m512i load(const void *p) { return _mm512_loadu_si512(p); }

AVX512 static inline int16_t largest_lane(__m512i v) {
  __m256i half = _mm256_max_epi16(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
  __m128i m = _mm_max_epi16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
  /* minpos works on unsigned words and finds minima: flip the order. */
  __m128i flipped = _mm_xor_si128(m, _mm_set1_epi16(0x7FFF));
  return (int16_t)((unsigned)_mm_extract_epi16(_mm_minpos_epu16(flipped), 0) ^ 0x7FFFu);
}

/* `blocks` blocks at once, so that a term's address and multiplier serve several. */
AVX512 static inline __attribute__((always_inline)) __m512i
add_blocks(int blocks, const int8_t *codes, size_t stride, const size_t *numbers, const int16_t *multipliers,
           size_t terms, const int16_t *bias, __m512i factor, int16_t *sums, size_t count, __m512i top) {
  __m512i low[4], high[4];
  for (int b = 0; b < blocks; b++) {
    low[b] = bias ? _mm512_mulhrs_epi16(load(bias + b * 64), factor) : _mm512_setzero_si512();
    high[b] = bias ? _mm512_mulhrs_epi16(load(bias + b * 64 + 32), factor) : _mm512_setzero_si512();
  }
  for (size_t t = 0; t < terms; t++) {
    const int8_t *row = codes + numbers[t] * stride;
    __m512i w = _mm512_set1_epi16(multipliers[t]);
    for (int b = 0; b < blocks; b++) {
      __m512i v = load(row + b * 64);
      if (blocks == 4) _mm_prefetch((const char *)row + b * 64 + 512, _MM_HINT_T0);
      low[b] = _mm512_add_epi16(low[b], _mm512_mulhrs_epi16(_mm512_slli_epi16(v, 8), w));
      high[b] = _mm512_add_epi16(high[b], _mm512_mulhrs_epi16(v, w));
    }
  }
  for (int b = 0; b < blocks; b++) {
    int16_t *out = sums + b * 64;
    _mm512_storeu_si512(out, low[b]);
    _mm512_storeu_si512(out + 32, high[b]);
    if (count < (size_t)(b + 1) * 64) {
      for (size_t p = count - (size_t)b * 64; p < 64; p++) out[p] = INT16_MIN;
      low[b] = load(out), high[b] = load(out + 32);
    }
    top = _mm512_max_epi16(top, _mm512_max_epi16(low[b], high[b]));
  }
  return top;
}

AVX512 static int16_t accumulate(const int8_t *codes, size_t stride, const size_t *numbers,
                                 const int16_t *multipliers, size_t terms, const int16_t *bias,
                                 int16_t bias_multiplier, int16_t *sums, size_t count) {
  __m512i top = _mm512_set1_epi16(INT16_MIN), factor = _mm512_set1_epi16(bias_multiplier);
  size_t p = 0, blocks = (count + 63) / 64;
#define ADD(n)                                                                                                     \
  top = add_blocks(n, codes + p, stride, numbers, multipliers, terms, bias ? bias + p : 0, factor, sums + p,      \
                   count - p, top)
  for (; blocks >= 4; blocks -= 4, p += 256) ADD(4);
  if (blocks == 3) ADD(3);
  if (blocks == 2) ADD(2);
  if (blocks == 1) ADD(1);
  return largest_lane(top);
}

AVX512 static int16_t largest(const int16_t *sums, size_t count) {
  __m512i top = _mm512_set1_epi16(INT16_MIN), other = top;
  for (size_t p = 0; p < count; p += 64) {
    top = _mm512_max_epi16(top, load(sums + p));
    other = _mm512_max_epi16(other, load(sums + p + 32));
  }
  return largest_lane(_mm512_max_epi16(top, other));
}

AVX512 static size_t at_least(const int16_t *sums, size_t count, int16_t threshold, uint32_t *positions,
                              size_t limit) {
  size_t found = 0;
  __m512i wanted = _mm512_set1_epi16(threshold);
  for (size_t p = 0; p < count; p += 64) {
    uint64_t low = _mm512_cmpge_epi16_mask(load(sums + p), wanted);
    uint64_t mask = low | (uint64_t)_mm512_cmpge_epi16_mask(load(sums + p + 32), wanted) << 32;
    for (; mask; mask &= mask - 1) {
      if (found == limit) return found;
      positions[found++] = (uint32_t)p + (uint32_t)__builtin_ctzll(mask);
    }
  }
  return found;
}

const fk_code_kernels fk_codes_avx512 = {plan, accumulate, largest, at_least};
#else
/* Not an x86-64 build. */
typedef int fk_codes_avx512_unused;
#endif
