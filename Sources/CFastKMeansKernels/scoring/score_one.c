#include <math.h>

#include "fk_codes.h"
#include "half.h"

/* The loads do not wait for each other, only the chain of multiply-adds does; a call of fmaf would cost more than
 * either, so machines that have the instruction use it inline. */
#define BODY(widen)                                                                                                \
  float score = bias;                                                                                             \
  for (size_t t = 0; t < terms; t++)                                                                              \
    score = __builtin_fmaf(x[t], widen(rows[numbers[t] * stride + prototype]), score);                            \
  return score;

#if defined(__x86_64__)
#define SCORE_ONE(name, type, widen)                                                                               \
  __attribute__((target("avx2,fma,f16c"))) static float name##_fma(const type *rows, size_t stride,               \
      const size_t *numbers, const float *x, size_t terms, size_t prototype, float bias) { BODY(widen) }          \
  static float name##_plain(const type *rows, size_t stride, const size_t *numbers, const float *x,               \
      size_t terms, size_t prototype, float bias) { BODY(widen) }                                                 \
  float name(const type *rows, size_t stride, const size_t *numbers, const float *x, size_t terms,                \
             size_t prototype, float bias) {                                                                      \
    return __builtin_cpu_supports("fma") ? name##_fma(rows, stride, numbers, x, terms, prototype, bias)           \
                                         : name##_plain(rows, stride, numbers, x, terms, prototype, bias);        \
  }
#else
#define SCORE_ONE(name, type, widen)                                                                               \
  float name(const type *rows, size_t stride, const size_t *numbers, const float *x, size_t terms,                \
             size_t prototype, float bias) { BODY(widen) }
#endif

SCORE_ONE(fk_score_one_f32, float, fk_widen_f32)
SCORE_ONE(fk_score_one_f16, uint16_t, fk_widen_f16)
SCORE_ONE(fk_score_one_bf16, uint16_t, fk_widen_bf16)
