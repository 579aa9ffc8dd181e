/* The functions whose meaning is the same text for every instruction set: vectors of 16 floats, which the compiler
 * cuts into the registers that a level has. Every operation is written out (fma where it is meant, in a fixed order),
 * so that all levels give the same bits.
 *
 * The including file defines FK_NAME(function), FK_TARGET (the attribute of its level) and FK_REGISTERS, the number
 * of 16-float accumulators that its registers hold. */
#include <math.h>
#include <string.h>

#include "fk_local.h"

#pragma clang fp contract(off)

typedef float v16f __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t v16i __attribute__((vector_size(64), aligned(4)));
typedef double v16d __attribute__((vector_size(128), aligned(8), may_alias));

#define INLINE static inline __attribute__((always_inline)) FK_TARGET
#define LOAD(p) (*(const v16f *)(p))
#define STORE(p, v) (*(v16f *)(p) = (v))
#define FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#define ALL(x) ((v16f){} + (x))
#define WHERE(mask, v) ((v16f)((mask) & (v16i)(v)))
#define MAGNITUDE(v) ((v16f)((v16i)(v) & 0x7FFFFFFF))

/* How many entries ahead a table row is asked for: random rows miss the caches. */
enum { AHEAD = 12 };
/* Rows whose squares are summed in single precision before they are added up in double. */
enum { CHUNK = 64 };

/* Calls block(..., n) for all lanes of begin .. end - 1, FK_REGISTERS * 16 of them at a time where there are as
 * many: n is a constant in each call, so that the accumulators stay in registers. */
#define FOR_BLOCKS(begin, end, CALL)                                            \
  for (size_t lane = (begin); lane < (end);) {                                  \
    size_t left = ((end) - lane) / 16;                                          \
    switch (left < FK_REGISTERS ? left : FK_REGISTERS) {                        \
      case 1: CALL(1); lane += 16; break;                                       \
      case 2: CALL(2); lane += 32; break;                                       \
      case 3: CALL(3); lane += 48; break;                                       \
      case 4: CALL(4); lane += 64; break;                                       \
      case 5: CALL(5); lane += 80; break;                                       \
      case 6: CALL(6); lane += 96; break;                                       \
      case 7: CALL(7); lane += 112; break;                                      \
      case 8: CALL(8); lane += 128; break;                                      \
      case 9: CALL(9); lane += 144; break;                                      \
      case 10: CALL(10); lane += 160; break;                                    \
      case 11: CALL(11); lane += 176; break;                                    \
      default: CALL(12); lane += 192; break;                                    \
    }                                                                           \
  }

INLINE void score_block(const uint32_t *column, const float *value, int64_t count, const float *table, size_t stride,
                        float *score, const int n) {
  v16f sum[12];
  for (int r = 0; r < n; r++) sum[r] = ALL(0);
  for (int64_t k = 0; k < count; k++) {
    const float *entry = table + (size_t)column[k] * stride;
    if (k + AHEAD < count) {
      const char *later = (const char *)(table + (size_t)column[k + AHEAD] * stride);
      for (int r = 0; r < n; r++) __builtin_prefetch(later + 64 * r);
    }
    v16f v = ALL(value[k]);
    for (int r = 0; r < n; r++) sum[r] = FMA(v, LOAD(entry + 16 * r), sum[r]);
  }
  for (int r = 0; r < n; r++) STORE(score + 16 * r, sum[r]);
}

FK_TARGET void FK_NAME(fk_table_scores)(const int64_t *offset, const uint32_t *column, const float *value,
                                        int64_t first, int64_t last, const float *table, size_t stride,
                                        float *score) {
  for (int64_t i = first; i < last; i++) {
    const uint32_t *c = column + offset[i];
    const float *v = value + offset[i];
    int64_t count = offset[i + 1] - offset[i];
    float *out = score + (size_t)(i - first) * stride;
#define CALL(n) score_block(c, v, count, table + lane, stride, out + lane, n)
    FOR_BLOCKS(0, stride, CALL)
#undef CALL
  }
}

/* `ahead` entries follow one another in memory, this slot's `count` and those of the next slots. */
INLINE void add_block(const uint32_t *document, const float *value, uint32_t count, uint32_t ahead, const float *share,
                      size_t stride, float *sum, const int n) {
  v16f total[12];
  for (int r = 0; r < n; r++) total[r] = LOAD(sum + 16 * r);
  for (uint32_t k = 0; k < count; k++) {
    const float *row = share + (size_t)document[k] * stride;
    if (k + AHEAD < ahead) {
      const char *later = (const char *)(share + (size_t)document[k + AHEAD] * stride);
      for (int r = 0; r < n; r++) __builtin_prefetch(later + 64 * r);
    }
    v16f v = ALL(value[k]);
    for (int r = 0; r < n; r++) total[r] = FMA(v, LOAD(row + 16 * r), total[r]);
  }
  for (int r = 0; r < n; r++) STORE(sum + 16 * r, total[r]);
}

FK_TARGET void FK_NAME(fk_table_add)(const uint32_t *start, uint32_t *cursor, size_t first, size_t last,
                                     const uint32_t *document, const float *value, uint32_t first_document,
                                     uint32_t last_document, const float *share, size_t stride, float *sum) {
  const float *base = share - (size_t)first_document * stride;
  for (size_t slot = first; slot < last; slot++) {
    uint32_t begin = cursor[slot], end = begin;
    while (end < start[slot + 1] && document[end] < last_document) end++;
    if (begin == end) continue;
    cursor[slot] = end;
    float *target = sum + slot * stride;
#define CALL(n) \
  add_block(document + begin, value + begin, end - begin, start[last] - begin, base + lane, stride, target + lane, n)
    FOR_BLOCKS(0, stride, CALL)
#undef CALL
  }
}

/* By pointer: a vector that is passed by value has its own ABI at every level. */
INLINE float fold(const v16f *v) {
  float part[16];
  STORE(part, *v);
  for (int width = 8; width > 0; width /= 2)
    for (int i = 0; i < width; i++) part[i] += part[i + width];
  return part[0];
}

FK_TARGET void FK_NAME(fk_table_similarities)(float *score, size_t stride, const float *scale,
                                              const float *squared_norm, float row_squared_norm) {
  for (size_t l = 0; l < stride; l += 16) {
    v16f dot = LOAD(score + l) * LOAD(scale + l);
    v16f squared = FMA(ALL(-2), dot, LOAD(squared_norm + l) + row_squared_norm);
    STORE(score + l, 1 / (1 + WHERE(squared > 0, squared)));
  }
}

FK_TARGET float FK_NAME(fk_table_linear)(float *score, size_t stride, const float *scale, const float *penalty) {
  v16f total = ALL(0);
  for (size_t l = 0; l < stride; l += 16) {
    v16f s = FMA(LOAD(score + l), LOAD(scale + l), -LOAD(penalty + l));
    s = WHERE(s > 0, s);
    STORE(score + l, s);
    total += s;
  }
  return fold(&total);
}

/* exp(x) for x <= 0: 2^n * e^r with |r| <= ln(2) / 2, and the polynomial of Cephes' expf; 0 below -87. */
INLINE void exp_of_negative(v16f *value) {
  v16i tiny = *value < -87;
  v16f x = WHERE(~tiny, *value);
  v16f n = FMA(x, ALL(1.44269504f), ALL(12582912.f)) - 12582912.f;
  v16f r = FMA(n, ALL(-0.693359375f), x);
  r = FMA(n, ALL(2.12194440e-4f), r);
  v16f p = ALL(1.9875691500e-4f);
  p = FMA(p, r, ALL(1.3981999507e-3f));
  p = FMA(p, r, ALL(8.3334519073e-3f));
  p = FMA(p, r, ALL(4.1665795894e-2f));
  p = FMA(p, r, ALL(1.6666665459e-1f));
  p = FMA(p, r, ALL(5.0000001201e-1f));
  p = FMA(p, r * r, r) + 1;
  v16i power = (__builtin_convertvector(n, v16i) + 127) << 23;
  *value = WHERE(~tiny, p * (v16f)power);
}

FK_TARGET float FK_NAME(fk_table_softmax)(float *score, size_t stride, const float *scale, const float *penalty,
                                          float inverse_temperature) {
  v16f top = ALL(-INFINITY), total = ALL(0);
  for (size_t l = 0; l < stride; l += 16) {
    v16f s = FMA(LOAD(score + l), LOAD(scale + l), -LOAD(penalty + l)) * inverse_temperature;
    STORE(score + l, s);
    v16i larger = s > top;
    top = (v16f)((larger & (v16i)s) | (~larger & (v16i)top));
  }
  float largest = top[0];
  for (int i = 1; i < 16; i++)
    if (top[i] > largest) largest = top[i];
  for (size_t l = 0; l < stride; l += 16) {
    v16f e = LOAD(score + l) - largest;
    exp_of_negative(&e);
    STORE(score + l, e);
    total += e;
  }
  return fold(&total);
}

FK_TARGET void FK_NAME(fk_table_share)(float *share, size_t stride, float factor, double *added) {
  for (size_t l = 0; l < stride; l += 16) {
    v16f s = LOAD(share + l) * factor;
    STORE(share + l, s);
    *(v16d *)(added + l) += __builtin_convertvector(s, v16d);
  }
}

INLINE void add_squares(double *total, const v16f *part, const int n) {
  for (int r = 0; r < n; r++) *(v16d *)(total + 16 * r) += __builtin_convertvector(part[r], v16d);
}

INLINE void merge_block(const uint32_t *row, size_t rows, float *center, float *sum, size_t stride, const float *keep,
                        const float *gain, const float *cut, double *squared, const int n) {
  v16f square[4];
  for (int r = 0; r < n; r++) square[r] = ALL(0);
  for (size_t i = 0; i < rows; i++) {
    float *c = center + (size_t)row[i] * stride, *s = sum + i * stride;
    for (int r = 0; r < n; r++) {
      v16f old = LOAD(c + 16 * r);
      v16f new = FMA(LOAD(gain + 16 * r), LOAD(s + 16 * r), LOAD(keep + 16 * r) * old);
      new = WHERE(MAGNITUDE(new) >= LOAD(cut + 16 * r), new);
      square[r] = FMA(new, new, square[r]);
      STORE(c + 16 * r, new);
      STORE(s + 16 * r, old);
    }
  }
  add_squares(squared, square, n);
}

INLINE void drop_block(const uint32_t *row, size_t rows, float *center, size_t stride, const float *cut,
                       double *kept_squared, double *dropped_squared, const int n) {
  v16f kept[4], dropped[4];
  for (int r = 0; r < n; r++) kept[r] = dropped[r] = ALL(0);
  for (size_t i = 0; i < rows; i++) {
    float *c = center + (size_t)row[i] * stride;
    for (int r = 0; r < n; r++) {
      v16f old = LOAD(c + 16 * r);
      v16f new = WHERE(MAGNITUDE(old) >= LOAD(cut + 16 * r), old);
      kept[r] = FMA(new, new, kept[r]);
      /* Written only where something changes, which is rare: the pass reads memory, it does not write it. */
      if (__builtin_reduce_or(new != old)) {
        v16f lost = old - new;
        dropped[r] = FMA(lost, lost, dropped[r]);
        STORE(c + 16 * r, new);
      }
    }
  }
  add_squares(kept_squared, kept, n);
  add_squares(dropped_squared, dropped, n);
}

INLINE void shift_block(const uint32_t *row, size_t rows, const float *center, float *sum, size_t stride,
                        const float *after, const float *before, double *squared, const int n) {
  v16f square[4];
  for (int r = 0; r < n; r++) square[r] = ALL(0);
  for (size_t i = 0; i < rows; i++) {
    const float *c = center + (size_t)row[i] * stride;
    float *s = sum + i * stride;
    for (int r = 0; r < n; r++) {
      v16f moved = FMA(LOAD(after + 16 * r), LOAD(c + 16 * r), -(LOAD(before + 16 * r) * LOAD(s + 16 * r)));
      square[r] = FMA(moved, moved, square[r]);
      STORE(s + 16 * r, ALL(0));
    }
  }
  add_squares(squared, square, n);
}

/* Calls block(n) for chunks of rows, and in each for blocks of up to 64 lanes: a chunk stays in the cache. */
#define FOR_CHUNKS(rows, begin, end, CALL)                                                  \
  for (size_t i = 0; i < (rows); i += CHUNK) {                                              \
    size_t count = (rows) - i < CHUNK ? (rows) - i : CHUNK;                                 \
    for (size_t l = (begin); l < (end);) {                                                  \
      size_t left = ((end) - l) / 16;                                                       \
      switch (left < 4 ? left : 4) {                                                        \
        case 1: CALL(1); l += 16; break;                                                    \
        case 2: CALL(2); l += 32; break;                                                    \
        case 3: CALL(3); l += 48; break;                                                    \
        default: CALL(4); l += 64; break;                                                   \
      }                                                                                     \
    }                                                                                       \
  }

FK_TARGET void FK_NAME(fk_table_merge)(const uint32_t *row, size_t rows, float *center, float *sum, size_t stride,
                                       size_t begin, size_t end, const float *keep, const float *gain,
                                       const float *cut, double *squared) {
#define CALL(n)                                                                                                  \
  merge_block(row + i, count, center + l, sum + i * stride + l, stride, keep + l, gain + l, cut + l, squared + l, n)
  FOR_CHUNKS(rows, begin, end, CALL)
#undef CALL
}

FK_TARGET void FK_NAME(fk_table_drop)(const uint32_t *row, size_t rows, float *center, size_t stride, size_t begin,
                                      size_t end, const float *cut, double *kept_squared, double *dropped_squared) {
#define CALL(n) drop_block(row + i, count, center + l, stride, cut + l, kept_squared + l, dropped_squared + l, n)
  FOR_CHUNKS(rows, begin, end, CALL)
#undef CALL
}

FK_TARGET void FK_NAME(fk_table_shift)(const uint32_t *row, size_t rows, const float *center, float *sum,
                                       size_t stride, size_t begin, size_t end, const float *after,
                                       const float *before, double *squared) {
#define CALL(n) \
  shift_block(row + i, count, center + l, sum + i * stride + l, stride, after + l, before + l, squared + l, n)
  FOR_CHUNKS(rows, begin, end, CALL)
#undef CALL
}

FK_TARGET void FK_NAME(fk_table_scale)(float *center, size_t rows, size_t stride, const float *factor) {
  for (size_t i = 0; i < rows; i++)
    for (size_t l = 0; l < stride; l += 16) {
      float *c = center + i * stride + l;
      STORE(c, LOAD(c) * LOAD(factor + l));
    }
}

FK_TARGET void FK_NAME(fk_dense_scores)(const float *row, size_t rows, size_t width, const float *prototype,
                                        size_t count, float *score) {
  for (size_t i = 0; i < rows; i++)
    for (size_t p = 0; p < count; p++) {
      const float *x = row + i * width, *c = prototype + p * width;
      v16f a = ALL(0), b = ALL(0);
      size_t f = 0;
      for (; f + 32 <= width; f += 32) {
        a = FMA(LOAD(x + f), LOAD(c + f), a);
        b = FMA(LOAD(x + f + 16), LOAD(c + f + 16), b);
      }
      a += b;
      float sum = fold(&a);
      for (; f < width; f++) sum = fmaf(x[f], c[f], sum);
      score[i * count + p] = sum;
    }
}
