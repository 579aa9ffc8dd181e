#if defined(__x86_64__)
#include <immintrin.h>

#include "../scoring/scoring_levels.h"
#include "scatter.h"
#include "staged_plan.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))

AVX512 static inline __m512i load(const void *p) { return _mm512_loadu_si512(p); }

AVX512 static void plan(const fk_staged_scale *scale, const size_t *numbers, const float *x, size_t terms,
                        fk_staged_document *document) {
  fk_staged_plan_document(scale, numbers, x, terms, document);
}

AVX512 static void order(const fk_staged_scale *scale, const size_t *numbers, const float *x, size_t terms,
                         fk_staged_document *document) {
  fk_staged_order_document(scale, numbers, x, terms, document);
}

/* Sixteen codes at a time; lists are longer than what was asked for ahead of the document (fk_staged_fetch). */
AVX512 static inline void multiply_list(const uint32_t *list, size_t count, int16_t factor, uint32_t *products) {
  __m512i factors = _mm512_slli_epi32(_mm512_set1_epi32(factor), 16);
  for (size_t k = 0; k < count; k += 16) {
    __mmask16 lanes = count - k >= 16 ? 0xFFFF : (__mmask16)((1u << (count - k)) - 1);
    _mm_prefetch((const char *)(list + k) + 512, _MM_HINT_T0);
    __m512i v = _mm512_maskz_loadu_epi32(lanes, list + k);
    _mm512_storeu_si512(products + k, _mm512_mask_mulhrs_epi16(v, 0xAAAAAAAA, v, factors));
  }
}

AVX512 static void scatter(const fk_staged_document *document, const uint32_t *entries, const int16_t *bias,
                           int16_t *sums, size_t count) {
  size_t padded = (count + FK_CODE_BLOCK - 1) / FK_CODE_BLOCK * FK_CODE_BLOCK;
  __m512i factor = _mm512_set1_epi16(document->bias_multiplier);
  for (size_t p = 0; p < padded; p += 32)
    _mm512_storeu_si512(sums + p, bias ? _mm512_mulhrs_epi16(load(bias + p), factor) : _mm512_setzero_si512());
  fk_scatter_lists(document, entries, sums, multiply_list);
  for (size_t p = count; p < padded; p++) sums[p] = INT16_MIN;
}

/* `blocks` blocks at once, so that a term's address and multiplier serve several. */
AVX512 static inline __attribute__((always_inline)) void
add_blocks(int blocks, const int8_t *codes, size_t stride, const size_t *rows, const int16_t *multipliers,
           size_t terms, int16_t *sums) {
  __m512i low[4], high[4];
  for (int b = 0; b < blocks; b++) low[b] = high[b] = _mm512_setzero_si512();
  for (size_t t = 0; t < terms; t++) {
    const int8_t *row = codes + rows[t] * stride;
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
    _mm512_storeu_si512(out, _mm512_adds_epi16(load(out), low[b]));
    _mm512_storeu_si512(out + 32, _mm512_adds_epi16(load(out + 32), high[b]));
  }
}

AVX512 static void add_rows(const int8_t *codes, size_t stride, const size_t *rows, const int16_t *multipliers,
                            size_t terms, int16_t *sums, size_t count) {
  size_t p = 0, blocks = (count + 63) / 64, padded = blocks * 64;
  for (; blocks >= 4; blocks -= 4, p += 256) add_blocks(4, codes + p, stride, rows, multipliers, terms, sums + p);
  for (; blocks > 0; blocks--, p += 64) add_blocks(1, codes + p, stride, rows, multipliers, terms, sums + p);
  for (p = count; p < padded; p++) sums[p] = INT16_MIN;
}

AVX512 static inline __mmask32 reaches(const int16_t *sums, const uint16_t *norms, __m512i rest, __m512i cap,
                                       __m512i threshold) {
  __m512i bound = _mm512_adds_epu16(_mm512_mulhi_epu16(load(norms), rest), _mm512_set1_epi16(1));
  return _mm512_cmpge_epi16_mask(_mm512_adds_epi16(load(sums), _mm512_min_epu16(bound, cap)), threshold);
}

AVX512 static size_t reach(const int16_t *sums, const uint16_t *norms, uint16_t rest, int16_t cap,
                           int16_t threshold, size_t count, uint32_t *positions, size_t limit) {
  size_t found = 0;
  __m512i rests = _mm512_set1_epi16((short)rest), caps = _mm512_set1_epi16(cap);
  __m512i wanted = _mm512_set1_epi16(threshold);
  for (size_t p = 0; p < count; p += 64) {
    uint64_t mask = reaches(sums + p, norms + p, rests, caps, wanted);
    mask |= (uint64_t)reaches(sums + p + 32, norms + p + 32, rests, caps, wanted) << 32;
    for (; mask; mask &= mask - 1) {
      if (found == limit) return limit + 1;
      positions[found++] = (uint32_t)p + (uint32_t)__builtin_ctzll(mask);
    }
  }
  return found;
}

const fk_staged_kernels fk_staged_avx512 = {plan, order, scatter, add_rows, reach};
#else
/* Not an x86-64 build. */
typedef int fk_staged_avx512_unused;
#endif
