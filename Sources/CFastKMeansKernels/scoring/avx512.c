#if defined(__x86_64__)
#include <immintrin.h>

#include "scoring_levels.h"

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))

/* The lanes of a last, partial register. */
AVX512 static inline __mmask16 first_lanes(size_t count) { return (__mmask16)((1u << count) - 1); }

AVX512 static inline __m512 load_f32(const float *p) { return _mm512_loadu_ps(p); }
AVX512 static inline __m512 load_f16(const uint16_t *p) {
  return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
AVX512 static inline __m512 load_bf16(const uint16_t *p) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p)), 16));
}
AVX512 static inline __m512 part_f32(__mmask16 m, const float *p) { return _mm512_maskz_loadu_ps(m, p); }
AVX512 static inline __m512 part_f16(__mmask16 m, const uint16_t *p) {
  return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(m, p));
}
AVX512 static inline __m512 part_bf16(__mmask16 m, const uint16_t *p) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(m, p)), 16));
}

/* 128 prototypes stay in eight registers over all terms; then 16, the last of them masked. */
#define SCORE_ROWS(name, type, load, part)                                                                         \
  AVX512 static void name(const type *rows, const size_t *starts, const float *x, size_t terms,                   \
                          const float *bias, float *out, size_t count) {                                          \
    size_t p = 0;                                                                                                 \
    for (; p + 128 <= count; p += 128) {                                                                          \
      __m512 acc[8];                                                                                              \
      for (int i = 0; i < 8; i++) acc[i] = _mm512_loadu_ps(bias + p + 16 * i);                                    \
      for (size_t t = 0; t < terms; t++) {                                                                        \
        const type *row = rows + starts[t] + p;                                                                   \
        __m512 w = _mm512_set1_ps(x[t]);                                                                          \
        for (int i = 0; i < 8; i++) acc[i] = _mm512_fmadd_ps(w, load(row + 16 * i), acc[i]);                      \
      }                                                                                                           \
      for (int i = 0; i < 8; i++) _mm512_storeu_ps(out + p + 16 * i, acc[i]);                                     \
    }                                                                                                             \
    for (; p < count; p += 16) {                                                                                  \
      __mmask16 m = count - p < 16 ? first_lanes(count - p) : (__mmask16)0xFFFF;                                  \
      __m512 acc = _mm512_maskz_loadu_ps(m, bias + p);                                                            \
      for (size_t t = 0; t < terms; t++)                                                                          \
        acc = _mm512_fmadd_ps(_mm512_set1_ps(x[t]), part(m, rows + starts[t] + p), acc);                          \
      _mm512_mask_storeu_ps(out + p, m, acc);                                                                     \
    }                                                                                                             \
  }

SCORE_ROWS(score_rows_f32, float, load_f32, part_f32)
SCORE_ROWS(score_rows_f16, uint16_t, load_f16, part_f16)
SCORE_ROWS(score_rows_bf16, uint16_t, load_bf16, part_bf16)

/* No gather and scatter: slower than scalar code on Zen 4. */
AVX512 static void add_list(const uint32_t *ids, const float *values, size_t count, float x, float *scores) {
  size_t i = 0;
  for (; i + 4 <= count; i += 4) {
    float *a = scores + ids[i], *b = scores + ids[i + 1], *c = scores + ids[i + 2], *d = scores + ids[i + 3];
    float va = __builtin_fmaf(x, values[i], *a), vb = __builtin_fmaf(x, values[i + 1], *b);
    float vc = __builtin_fmaf(x, values[i + 2], *c), vd = __builtin_fmaf(x, values[i + 3], *d);
    *a = va;
    *b = vb;
    *c = vc;
    *d = vd;
  }
  for (; i < count; i++) scores[ids[i]] = __builtin_fmaf(x, values[i], scores[ids[i]]);
}

/* The value first, then its first position. max(v, top) keeps `top` when v is NaN. */
AVX512 static ptrdiff_t first_max(const float *scores, size_t count) {
  const __m512 lowest = _mm512_set1_ps(-__builtin_inff());
  __m512 top = lowest;
  size_t p = 0;
  for (; p + 16 <= count; p += 16) top = _mm512_max_ps(_mm512_loadu_ps(scores + p), top);
  if (p < count) top = _mm512_max_ps(_mm512_mask_loadu_ps(lowest, first_lanes(count - p), scores + p), top);
  __m512 wanted = _mm512_set1_ps(_mm512_reduce_max_ps(top));
  for (p = 0; p < count; p += 16) {
    __mmask16 m = count - p < 16 ? first_lanes(count - p) : (__mmask16)0xFFFF;
    __mmask16 equal = _mm512_mask_cmp_ps_mask(m, _mm512_maskz_loadu_ps(m, scores + p), wanted, _CMP_EQ_OQ);
    if (equal) return (ptrdiff_t)p + __builtin_ctz(equal);
  }
  return -1;
}

AVX512 static size_t positions_above(const float *scores, size_t count, float threshold, uint32_t *positions) {
  size_t found = 0;
  __m512 limit = _mm512_set1_ps(threshold);
  for (size_t p = 0; p < count; p += 16) {
    __mmask16 m = count - p < 16 ? first_lanes(count - p) : (__mmask16)0xFFFF;
    unsigned above = _mm512_mask_cmp_ps_mask(m, _mm512_maskz_loadu_ps(m, scores + p), limit, _CMP_GT_OQ);
    for (; above; above &= above - 1) positions[found++] = (uint32_t)p + (uint32_t)__builtin_ctz(above);
  }
  return found;
}

const fk_scoring_kernels fk_scoring_avx512 = {
    score_rows_f32, score_rows_f16, score_rows_bf16, add_list, first_max, positions_above,
};
#else
/* Not an x86-64 build. */
typedef int fk_scoring_avx512_unused;
#endif
