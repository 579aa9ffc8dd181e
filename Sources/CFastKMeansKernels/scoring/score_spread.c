#include <math.h>

#include "fk_platform.h"
#include "fk_staged.h"
#include "half.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Most entries meet a zero of the document; their multiply-add would change nothing, but it would lengthen the chain
 * of dependent ones. So the entries that count are found first, without a branch; the marks fit the first cache where
 * the document's values would not. Values below `least` are not part of the index. */
enum { PIECE = 512 };

/* Writes the positions of the columns that are marked, ascending; `found` has room for a vector more. */
static inline size_t find_marked(const uint32_t *columns, size_t count, const uint32_t *marks, uint32_t *found) {
  size_t marked = 0;
  for (size_t i = 0; i < count; i++) {
    found[marked] = (uint32_t)i;
    marked += marks[columns[i] >> 5] >> (columns[i] & 31) & 1;
  }
  return marked;
}

#define BODY(widen, find)                                                                                          \
  float score = bias;                                                                                             \
  uint32_t found[PIECE + 16];                                                                                     \
  for (size_t start = 0; start < count; start += PIECE) {                                                         \
    size_t piece = count - start < PIECE ? count - start : PIECE;                                                 \
    size_t marked = find(columns + start, piece, marks, found);                                                   \
    for (size_t k = 0; k < marked; k++) {                                                                         \
      size_t i = start + found[k];                                                                                \
      float w = widen(values[i]);                                                                                 \
      if (fabsf(w) >= least) score = __builtin_fmaf(spread[columns[i]], w, score);                                \
    }                                                                                                             \
  }                                                                                                               \
  return score;
#define ARGUMENTS(type)                                                                                            \
  const uint32_t *columns, const type *values, size_t count, const float *spread, const uint32_t *marks, float least,      \
      float bias

#if defined(__x86_64__)
#define FMA __attribute__((target("avx2,fma,f16c")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c")))

/* The same, sixteen at a time. */
AVX512 static inline size_t find_marked_avx512(const uint32_t *columns, size_t count, const uint32_t *marks,
                                               uint32_t *found) {
  const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i one = _mm512_set1_epi32(1), low = _mm512_set1_epi32(31);
  size_t marked = 0;
  for (size_t i = 0; i < count; i += 16) {
    __mmask16 inside = count - i >= 16 ? 0xFFFF : (__mmask16)((1u << (count - i)) - 1);
    __m512i v = _mm512_maskz_loadu_epi32(inside, columns + i);
    __m512i words = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), inside, _mm512_srli_epi32(v, 5), marks, 4);
    __mmask16 hits = _mm512_test_epi32_mask(words, _mm512_sllv_epi32(one, _mm512_and_si512(v, low)));
    __m512i positions = _mm512_add_epi32(lanes, _mm512_set1_epi32((int)i));
    _mm512_storeu_si512(found + marked, _mm512_maskz_compress_epi32(hits, positions));
    marked += (size_t)__builtin_popcount(hits);
  }
  return marked;
}

#define SCORE_SPREAD(name, type, widen)                                                                            \
  AVX512 static float name##_avx512(ARGUMENTS(type)) { BODY(widen, find_marked_avx512) }                          \
  FMA static float name##_fma(ARGUMENTS(type)) { BODY(widen, find_marked) }                                       \
  static float name##_plain(ARGUMENTS(type)) { BODY(widen, find_marked) }                                         \
  float name(ARGUMENTS(type)) {                                                                                   \
    int level = fk_simd_level();                                                                                  \
    if (level == FK_SIMD_AVX512) return name##_avx512(columns, values, count, spread, marks, least, bias);         \
    if (level == FK_SIMD_AVX2) return name##_fma(columns, values, count, spread, marks, least, bias);              \
    return name##_plain(columns, values, count, spread, marks, least, bias);                                       \
  }
#else
#define SCORE_SPREAD(name, type, widen)                                                                            \
  float name(ARGUMENTS(type)) { BODY(widen, find_marked) }
#endif

static inline float narrow(double value) { return (float)value; }

SCORE_SPREAD(fk_score_spread_f32, float, fk_widen_f32)
SCORE_SPREAD(fk_score_spread_f16, uint16_t, fk_widen_f16)
SCORE_SPREAD(fk_score_spread_bf16, uint16_t, fk_widen_bf16)
SCORE_SPREAD(fk_score_spread_f64, double, narrow)
