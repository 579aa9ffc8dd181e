/* Compiled on arm64 only. Other machines run it emulated: scripts/test_neon.sh. */
#if defined(__aarch64__)
#include <arm_neon.h>

#include "../scoring/scoring_levels.h"
#include "reach.h"

static inline float32x4_t load_f32(const float *p) { return vld1q_f32(p); }
static inline float32x4_t load_f16(const uint16_t *p) {
  return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p)));
}
static inline float32x4_t load_bf16(const uint16_t *p) {
  return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16));
}

/* 12 documents x 8 prototypes at a time: 24 of the 32 registers accumulate. */
#define TILE(name, type, load)                                                                                     \
  static void name(const float *documents, const type *panel, size_t features, float *scores) {                   \
    for (int column = 0; column < FK_TILE_COLUMNS; column += 8) {                                                 \
      const float *a = documents;                                                                                 \
      const type *b = panel + column;                                                                             \
      float32x4_t lo[FK_TILE_ROWS], hi[FK_TILE_ROWS];                                                             \
      for (int r = 0; r < FK_TILE_ROWS; r++) {                                                                    \
        lo[r] = vld1q_f32(scores + r * FK_TILE_COLUMNS + column);                                                 \
        hi[r] = vld1q_f32(scores + r * FK_TILE_COLUMNS + column + 4);                                             \
      }                                                                                                           \
      for (size_t f = 0; f < features; f++, a += FK_TILE_ROWS, b += FK_TILE_COLUMNS) {                            \
        float32x4_t b0 = load(b), b1 = load(b + 4);                                                               \
        for (int r = 0; r < FK_TILE_ROWS; r++) {                                                                  \
          lo[r] = vfmaq_n_f32(lo[r], b0, a[r]);                                                                   \
          hi[r] = vfmaq_n_f32(hi[r], b1, a[r]);                                                                   \
        }                                                                                                         \
      }                                                                                                           \
      for (int r = 0; r < FK_TILE_ROWS; r++) {                                                                    \
        vst1q_f32(scores + r * FK_TILE_COLUMNS + column, lo[r]);                                                  \
        vst1q_f32(scores + r * FK_TILE_COLUMNS + column + 4, hi[r]);                                              \
      }                                                                                                           \
    }                                                                                                             \
  }

TILE(tile_f32, float, load_f32)
TILE(tile_f16, uint16_t, load_f16)
TILE(tile_bf16, uint16_t, load_bf16)

static unsigned rows_above(const float *scores, const float *thresholds) {
  unsigned rows = 0;
  for (int r = 0; r < FK_TILE_ROWS; r++, scores += FK_TILE_COLUMNS) {
    float32x4_t limit = vdupq_n_f32(thresholds[r]);
    uint32x4_t above = vdupq_n_u32(0);
    for (int c = 0; c < FK_TILE_COLUMNS; c += 4) above = vorrq_u32(above, vcgtq_f32(vld1q_f32(scores + c), limit));
    rows |= (unsigned)(vmaxvq_u32(above) != 0) << r;
  }
  return rows;
}

static size_t reach(const float *scores, const float *norms, float rest, float lowest, size_t count,
                    uint32_t *positions) {
  float32x4_t limit = vdupq_n_f32(lowest);
  size_t found = 0, p = 0;
  for (; p + 16 <= count; p += 16) {
    uint32x4_t below = vdupq_n_u32(UINT32_MAX);
    for (int i = 0; i < 16; i += 4) {
      float32x4_t bound = vfmaq_n_f32(vld1q_f32(scores + p + i), vld1q_f32(norms + p + i), rest);
      below = vandq_u32(below, vcltq_f32(bound, limit));
    }
    /* Few groups of sixteen have one that is not below. */
    if (vminvq_u32(below) == 0) found = fk_reach_from(p, found, scores, norms, rest, lowest, p + 16, positions);
  }
  return fk_reach_from(p, found, scores, norms, rest, lowest, count, positions);
}

const fk_dense_kernels fk_dense_neon = {tile_f32, tile_f16, tile_bf16, rows_above, reach};
#else
/* Not an arm64 build. */
typedef int fk_dense_neon_unused;
#endif
