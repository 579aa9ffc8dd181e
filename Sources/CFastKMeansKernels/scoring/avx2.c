#if defined(__x86_64__)
#include <immintrin.h>

#include "half.h"
#include "scoring_levels.h"

#define AVX2 __attribute__((target("avx2,fma,f16c")))

AVX2 static inline __m256 load_f32(const float *p) { return _mm256_loadu_ps(p); }
AVX2 static inline __m256 load_f16(const uint16_t *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }
AVX2 static inline __m256 load_bf16(const uint16_t *p) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p)), 16));
}

/* 64 prototypes stay in eight registers over all terms; then 8; then one by one. */
#define SCORE_ROWS(name, type, load, widen)                                                                        \
  AVX2 static void name(const type *rows, const size_t *starts, const float *x, size_t terms, const float *bias,  \
                        float *out, size_t count) {                                                               \
    size_t p = 0;                                                                                                 \
    for (; p + 64 <= count; p += 64) {                                                                            \
      __m256 acc[8];                                                                                              \
      for (int i = 0; i < 8; i++) acc[i] = _mm256_loadu_ps(bias + p + 8 * i);                                     \
      for (size_t t = 0; t < terms; t++) {                                                                        \
        const type *row = rows + starts[t] + p;                                                                   \
        __m256 w = _mm256_broadcast_ss(x + t);                                                                    \
        for (int i = 0; i < 8; i++) acc[i] = _mm256_fmadd_ps(w, load(row + 8 * i), acc[i]);                       \
      }                                                                                                           \
      for (int i = 0; i < 8; i++) _mm256_storeu_ps(out + p + 8 * i, acc[i]);                                      \
    }                                                                                                             \
    for (; p + 8 <= count; p += 8) {                                                                              \
      __m256 acc = _mm256_loadu_ps(bias + p);                                                                     \
      for (size_t t = 0; t < terms; t++)                                                                          \
        acc = _mm256_fmadd_ps(_mm256_broadcast_ss(x + t), load(rows + starts[t] + p), acc);                       \
      _mm256_storeu_ps(out + p, acc);                                                                             \
    }                                                                                                             \
    for (; p < count; p++) {                                                                                      \
      float acc = bias[p];                                                                                        \
      for (size_t t = 0; t < terms; t++) acc = __builtin_fmaf(x[t], widen(rows[starts[t] + p]), acc);             \
      out[p] = acc;                                                                                               \
    }                                                                                                             \
  }

SCORE_ROWS(score_rows_f32, float, load_f32, fk_widen_f32)
SCORE_ROWS(score_rows_f16, uint16_t, load_f16, fk_widen_f16)
SCORE_ROWS(score_rows_bf16, uint16_t, load_bf16, fk_widen_bf16)

/* Unique ids: the four chains are independent. */
AVX2 static void add_list(const uint32_t *ids, const float *values, size_t count, float x, float *scores) {
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

/* The value first, then its first position: cheaper than carrying positions along. max(v, best) keeps `best` when
 * v is NaN. */
AVX2 static ptrdiff_t first_max(const float *scores, size_t count) {
  size_t p = 0;
  float best = -__builtin_inff();
  if (count >= 8) {
    __m256 top = _mm256_set1_ps(best);
    for (; p + 8 <= count; p += 8) top = _mm256_max_ps(_mm256_loadu_ps(scores + p), top);
    float lanes[8];
    _mm256_storeu_ps(lanes, top);
    for (int i = 0; i < 8; i++) best = lanes[i] > best ? lanes[i] : best;
  }
  for (; p < count; p++) best = scores[p] > best ? scores[p] : best;
  __m256 wanted = _mm256_set1_ps(best);
  for (p = 0; p + 8 <= count; p += 8) {
    int equal = _mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(scores + p), wanted, _CMP_EQ_OQ));
    if (equal) return (ptrdiff_t)p + __builtin_ctz((unsigned)equal);
  }
  for (; p < count; p++)
    if (scores[p] == best) return (ptrdiff_t)p;
  return -1;
}

AVX2 static size_t positions_above(const float *scores, size_t count, float threshold, uint32_t *positions) {
  size_t found = 0, p = 0;
  __m256 limit = _mm256_set1_ps(threshold);
  for (; p + 8 <= count; p += 8) {
    unsigned mask = (unsigned)_mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(scores + p), limit, _CMP_GT_OQ));
    for (; mask; mask &= mask - 1) positions[found++] = (uint32_t)p + (uint32_t)__builtin_ctz(mask);
  }
  for (; p < count; p++)
    if (scores[p] > threshold) positions[found++] = (uint32_t)p;
  return found;
}

const fk_scoring_kernels fk_scoring_avx2 = {
    score_rows_f32, score_rows_f16, score_rows_bf16, add_list, first_max, positions_above,
};
#else
/* Not an x86-64 build. */
typedef int fk_scoring_avx2_unused;
#endif
