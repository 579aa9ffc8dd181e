#include "lists_levels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define FK_NAME(function) function##_avx512
#define FK_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"), min_vector_width(512)))
#define FK_GATHERS
#pragma clang fp contract(off)
#define GATHERED static inline __attribute__((always_inline)) FK_TARGET

GATHERED __mmask16 first_lanes(size_t count) { return count < 16 ? (__mmask16)((1u << count) - 1) : (__mmask16)0xFFFF; }

/* The lanes of a list differ, so sixteen sums are gathered, added to and scattered together. */
GATHERED void add_weights(const fk_weight_list *list, float x, const int prunes, float least, float *sum) {
  const __m512 times = _mm512_set1_ps(x);
  for (uint32_t j = 0; j < list->count; j += 16) {
    __mmask16 there = first_lanes(list->count - j);
    __m512 weight = _mm512_maskz_loadu_ps(there, list->weight + j);
    if (prunes) there = _mm512_mask_cmp_ps_mask(there, _mm512_abs_ps(weight), _mm512_set1_ps(least), _CMP_GE_OQ);
    __m512i lane = _mm512_maskz_loadu_epi32(there, list->lane + j);
    __m512 before = _mm512_mask_i32gather_ps(_mm512_setzero_ps(), there, lane, sum, 4);
    _mm512_mask_i32scatter_ps(sum, there, lane, _mm512_add_ps(before, _mm512_mul_ps(times, weight)), 4);
  }
}

GATHERED size_t add_list(const fk_weight_list *list, float x, float *sum, uint32_t *lanes, size_t touched) {
  const __m512 zero = _mm512_setzero_ps(), times = _mm512_set1_ps(x), mark = _mm512_set1_ps(TOUCHED);
  for (uint32_t j = 0; j < list->count; j += 16) {
    __mmask16 there = first_lanes(list->count - j);
    __m512i lane = _mm512_maskz_loadu_epi32(there, list->lane + j);
    __m512 before = _mm512_mask_i32gather_ps(zero, there, lane, sum, 4);
    __m512 after = _mm512_add_ps(before, _mm512_mul_ps(times, _mm512_maskz_loadu_ps(there, list->weight + j)));
    __mmask16 is_new = _mm512_mask_cmp_ps_mask(there, before, zero, _CMP_EQ_OQ);
    _mm512_storeu_si512(lanes + touched, _mm512_maskz_compress_epi32(is_new, lane));
    touched += (size_t)__builtin_popcount(is_new);
    after = _mm512_mask_mov_ps(after, _mm512_cmp_ps_mask(after, zero, _CMP_EQ_OQ), mark);
    _mm512_mask_i32scatter_ps(sum, there, lane, after, 4);
  }
  return touched;
}

GATHERED unsigned may_be_above(const uint32_t *lanes, size_t count, const float *sum, const float *bound, float slack,
                               float floor) {
  const __m512 zero = _mm512_setzero_ps();
  __mmask16 there = first_lanes(count);
  __m512i lane = _mm512_maskz_loadu_epi32(there, lanes);
  __m512 listed = _mm512_mask_i32gather_ps(zero, there, lane, sum, 4);
  listed = _mm512_mask_mov_ps(listed, _mm512_cmp_ps_mask(listed, _mm512_set1_ps(TOUCHED), _CMP_EQ_OQ), zero);
  __m512i block = _mm512_srli_epi32(lane, __builtin_ctz(FK_LISTS_BLOCK));
  __m512 most = _mm512_add_ps(listed, _mm512_mask_i32gather_ps(zero, there, block, bound, 4));
  most = _mm512_add_ps(most, _mm512_set1_ps(slack));
  most = _mm512_add_ps(most, _mm512_mul_ps(_mm512_set1_ps(1e-6f), _mm512_abs_ps(listed)));
  return _mm512_mask_cmp_ps_mask(there, most, _mm512_set1_ps(floor), _CMP_NLE_UQ);
}

GATHERED void forget(const uint32_t *lanes, size_t count, float *sum) {
  for (size_t first = 0; first < count; first += 16) {
    __mmask16 there = first_lanes(count - first);
    _mm512_mask_i32scatter_ps(sum, there, _mm512_maskz_loadu_epi32(there, lanes + first), _mm512_setzero_ps(), 4);
  }
}

#include "lists_body.h"
#endif
