#include <math.h>

#include "half.h"
#include "fk_staged.h"

/* Most entries meet a zero of the document; their multiply-add would change nothing, but it would lengthen the chain
 * of dependent ones. So the entries that count are found first, without a branch; the marks fit the first cache where
 * the document's values would not. Values below `least` are not part of the index. */
enum { PIECE = 512 };

#define BODY(widen)                                                                                                \
  float score = bias;                                                                                             \
  uint32_t found[PIECE];                                                                                          \
  for (size_t start = 0; start < count; start += PIECE) {                                                         \
    size_t end = count - start < PIECE ? count : start + PIECE, marked = 0;                                       \
    for (size_t i = start; i < end; i++) {                                                                        \
      found[marked] = (uint32_t)(i - start);                                                                      \
      marked += marks[columns[i] >> 5] >> (columns[i] & 31) & 1;                                                  \
    }                                                                                                             \
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
#define SCORE_SPREAD(name, type, widen)                                                                            \
  __attribute__((target("avx2,fma,f16c"))) static float name##_fma(ARGUMENTS(type)) { BODY(widen) }               \
  static float name##_plain(ARGUMENTS(type)) { BODY(widen) }                                                      \
  float name(ARGUMENTS(type)) {                                                                                   \
    return __builtin_cpu_supports("fma") ? name##_fma(columns, values, count, spread, marks, least, bias)                \
                                         : name##_plain(columns, values, count, spread, marks, least, bias);             \
  }
#else
#define SCORE_SPREAD(name, type, widen)                                                                            \
  float name(ARGUMENTS(type)) { BODY(widen) }
#endif

static inline float narrow(double value) { return (float)value; }

SCORE_SPREAD(fk_score_spread_f32, float, fk_widen_f32)
SCORE_SPREAD(fk_score_spread_f16, uint16_t, fk_widen_f16)
SCORE_SPREAD(fk_score_spread_bf16, uint16_t, fk_widen_bf16)
SCORE_SPREAD(fk_score_spread_f64, double, narrow)
