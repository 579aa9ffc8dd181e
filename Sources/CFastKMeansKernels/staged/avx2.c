#if defined(__x86_64__)
#include <immintrin.h>

#include "../scoring/scoring_levels.h"
#include "scatter.h"
#include "staged_plan.h"

#define AVX2 __attribute__((target("avx2,fma,f16c")))

AVX2 static inline __m256i load(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }
AVX2 static inline void store(void *p, __m256i v) { _mm256_storeu_si256((__m256i *)p, v); }

AVX2 static void plan(const fk_staged_scale *scale, const size_t *numbers, const float *x, size_t terms,
                      fk_staged_document *document) {
  fk_staged_plan_document(scale, numbers, x, terms, document);
}

AVX2 static void order(const fk_staged_scale *scale, const size_t *numbers, const float *x, size_t terms,
                       fk_staged_document *document) {
  fk_staged_order_document(scale, numbers, x, terms, document);
}

/* Eight codes at a time; lists are longer than what was asked for ahead of the document (fk_staged_fetch). */
AVX2 static inline void multiply_list(const uint32_t *list, size_t count, int16_t factor, uint32_t *products) {
  __m256i factors = _mm256_slli_epi32(_mm256_set1_epi32(factor), 16);
  const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  for (size_t k = 0; k < count; k += 8) {
    __m256i wanted = _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(count - k)), lanes);
    if (k % 16 == 0) _mm_prefetch((const char *)(list + k) + 512, _MM_HINT_T0);
    __m256i v = _mm256_maskload_epi32((const int *)(list + k), wanted);
    store(products + k, _mm256_blend_epi16(v, _mm256_mulhrs_epi16(v, factors), 0xAA));
  }
}

AVX2 static void scatter(const fk_staged_document *document, const uint32_t *entries, const int16_t *bias,
                         int16_t *sums, size_t count) {
  size_t padded = (count + FK_CODE_BLOCK - 1) / FK_CODE_BLOCK * FK_CODE_BLOCK;
  __m256i factor = _mm256_set1_epi16(document->bias_multiplier);
  for (size_t p = 0; p < padded; p += 16)
    store(sums + p, bias ? _mm256_mulhrs_epi16(load(bias + p), factor) : _mm256_setzero_si256());
  fk_scatter_lists(document, entries, sums, multiply_list);
  for (size_t p = count; p < padded; p++) sums[p] = INT16_MIN;
}

AVX2 static void add_rows(const int8_t *codes, size_t stride, const size_t *rows, const int16_t *multipliers,
                          size_t terms, int16_t *sums, size_t count) {
  size_t padded = (count + FK_CODE_BLOCK - 1) / FK_CODE_BLOCK * FK_CODE_BLOCK;
  for (size_t block = 0; block < padded; block += FK_CODE_BLOCK) {
    __m256i a0 = _mm256_setzero_si256(), a1 = a0, b0 = a0, b1 = a0;
    for (size_t t = 0; t < terms; t++) {
      const int8_t *row = codes + rows[t] * stride + block;
      _mm_prefetch((const char *)row + 512, _MM_HINT_T0);
      __m256i w = _mm256_set1_epi16(multipliers[t]), v0 = load(row), v1 = load(row + 32);
      a0 = _mm256_add_epi16(a0, _mm256_mulhrs_epi16(_mm256_slli_epi16(v0, 8), w));
      b0 = _mm256_add_epi16(b0, _mm256_mulhrs_epi16(v0, w));
      a1 = _mm256_add_epi16(a1, _mm256_mulhrs_epi16(_mm256_slli_epi16(v1, 8), w));
      b1 = _mm256_add_epi16(b1, _mm256_mulhrs_epi16(v1, w));
    }
    int16_t *out = sums + block;
    store(out, _mm256_adds_epi16(load(out), a0)), store(out + 16, _mm256_adds_epi16(load(out + 16), a1));
    store(out + 32, _mm256_adds_epi16(load(out + 32), b0)), store(out + 48, _mm256_adds_epi16(load(out + 48), b1));
  }
  for (size_t p = count; p < padded; p++) sums[p] = INT16_MIN;
}

AVX2 static inline __m256i below(const int16_t *sums, const uint16_t *norms, __m256i rest, __m256i cap,
                                 __m256i threshold) {
  __m256i bound = _mm256_adds_epu16(_mm256_mulhi_epu16(load(norms), rest), _mm256_set1_epi16(1));
  return _mm256_cmpgt_epi16(threshold, _mm256_adds_epi16(load(sums), _mm256_min_epu16(bound, cap)));
}

AVX2 static size_t reach(const int16_t *sums, const uint16_t *norms, uint16_t rest, int16_t cap, int16_t threshold,
                         size_t count, uint32_t *positions, size_t limit) {
  size_t found = 0;
  __m256i rests = _mm256_set1_epi16((short)rest), caps = _mm256_set1_epi16(cap);
  __m256i wanted = _mm256_set1_epi16(threshold);
  for (size_t p = 0; p < count; p += 32) {
    __m256i low = below(sums + p, norms + p, rests, caps, wanted);
    __m256i high = below(sums + p + 16, norms + p + 16, rests, caps, wanted);
    __m256i both = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xD8);
    unsigned mask = ~(unsigned)_mm256_movemask_epi8(both);
    for (; mask; mask &= mask - 1) {
      if (found == limit) return limit + 1;
      positions[found++] = (uint32_t)p + (uint32_t)__builtin_ctz(mask);
    }
  }
  return found;
}

const fk_staged_kernels fk_staged_avx2 = {plan, order, scatter, add_rows, reach};
#else
/* Not an x86-64 build. */
typedef int fk_staged_avx2_unused;
#endif
