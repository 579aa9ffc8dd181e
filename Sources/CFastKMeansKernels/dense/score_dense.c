#include <math.h>

#include "../scoring/half.h"
#include "fk_dense.h"

/* Each chain waits four cycles for every multiply-add; eight of them side by side wait together. */
enum { CHAINS = 8 };

#define BODY(type, widen)                                                                                          \
  for (size_t start = 0; start < count; start += CHAINS) {                                                        \
    const type *row[CHAINS];                                                                                      \
    float score[CHAINS];                                                                                          \
    for (size_t i = 0; i < CHAINS; i++) {                                                                         \
      size_t number = numbers[start + i < count ? start + i : count - 1];                                         \
      row[i] = rows + number * features;                                                                          \
      score[i] = biases[number];                                                                                  \
    }                                                                                                             \
    for (size_t f = 0; f < features; f++)                                                                         \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < CHAINS; i++) {                                       \
        float w = widen(row[i][f]);                                                                               \
        score[i] = __builtin_fmaf(x[f], fabsf(w) >= least ? w : 0, score[i]);                                     \
      }                                                                                                           \
    for (size_t i = 0; i < CHAINS && start + i < count; i++) scores[start + i] = score[i];                        \
  }
#define ARGUMENTS(type)                                                                                            \
  const type *rows, size_t features, const uint32_t *numbers, size_t count, const float *x, float least,          \
      const float *biases, float *scores

#if defined(__x86_64__)
#define SCORE_DENSE(name, type, widen)                                                                             \
  __attribute__((target("avx2,fma,f16c"))) static void name##_fma(ARGUMENTS(type)) { BODY(type, widen) }          \
  static void name##_plain(ARGUMENTS(type)) { BODY(type, widen) }                                                 \
  void name(ARGUMENTS(type)) {                                                                                    \
    if (__builtin_cpu_supports("fma")) name##_fma(rows, features, numbers, count, x, least, biases, scores);      \
    else name##_plain(rows, features, numbers, count, x, least, biases, scores);                                  \
  }
#else
#define SCORE_DENSE(name, type, widen)                                                                             \
  void name(ARGUMENTS(type)) { BODY(type, widen) }
#endif

static inline float narrow(double value) { return (float)value; }

SCORE_DENSE(fk_score_dense_f32, float, fk_widen_f32)
SCORE_DENSE(fk_score_dense_f64, double, narrow)
SCORE_DENSE(fk_score_dense_f16, uint16_t, fk_widen_f16)
SCORE_DENSE(fk_score_dense_bf16, uint16_t, fk_widen_bf16)

void fk_packed_squares(const float *packed, size_t features, double *squares) {
  for (int r = 0; r < FK_TILE_ROWS; r++) squares[r] = 0;
  for (size_t f = 0; f < features; f++)
    for (int r = 0; r < FK_TILE_ROWS; r++) {
      double value = (double)packed[f * FK_TILE_ROWS + r];
      squares[r] += value * value;
    }
}
