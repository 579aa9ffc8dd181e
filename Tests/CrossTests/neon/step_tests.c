/* One batch's step of a wide table: merge, shift, drop. */
#include <math.h>

#include "check.h"
#include "families.h"
#include "fk_local.h"
#include "memory.h"
#include "sparse_rows.h"

static const size_t strides[] = {16, 32, 48, 64, 80, 208};
static const size_t gaps[] = {0, 1};
/* More rows than are summed in single precision at a time, and some that are left out. */
enum { TABLE_ROWS = 140, ROWS = 134, OTHERS = 6 };
static const uint32_t others[OTHERS] = {1, 2, 5, 6, 7, 8};

typedef struct {
  size_t stride, begin;
  uint32_t *rows;
  float *center, *sum, *keep, *gain, *cut;
  double *merged, *shifted, *kept, *dropped;
} step;

static double *zeros(size_t count, size_t gap) {
  double *out = memory_array(count, sizeof *out, gap);
  for (size_t i = 0; i < count; i++) out[i] = 0;
  return out;
}

static step make_step(size_t stride, size_t begin, size_t gap) {
  step s = {.stride = stride, .begin = begin, .rows = memory_array(ROWS, sizeof *s.rows, gap)};
  static const uint32_t first[] = {0, 3, 4, 9, 10, 11};
  for (uint32_t i = 0; i < ROWS; i++) s.rows[i] = i < 6 ? first[i] : i + 6;
  s.center = memory_fractions(TABLE_ROWS * stride, gap, 1);
  s.sum = memory_fractions(ROWS * stride, gap, 2);
  s.keep = memory_fractions(stride, gap, 3), s.gain = memory_fractions(stride, gap, 4);
  s.cut = memory_fractions(stride, gap, 5);
  for (size_t l = 0; l < stride; l++) {
    s.cut[l] = fmaxf(0, s.cut[l] / 4);
    /* Exactly at the limit: that stays. */
    s.center[others[0] * stride + l] = l % 2 ? s.cut[l] : -s.cut[l];
    s.keep[l] = l % 3 ? s.keep[l] : 1;
    s.sum[l] = l % 3 ? s.sum[l] : 0;
    s.center[l] = l % 3 ? s.center[l] : s.cut[l];
  }
  s.merged = zeros(stride, gap), s.shifted = zeros(stride, gap);
  s.kept = zeros(stride, gap), s.dropped = zeros(stride, gap);
  return s;
}

static void merge(step *s) {
  fk_table_merge(s->rows, ROWS, s->center, s->sum, s->stride, s->begin, s->stride, s->keep, s->gain, s->cut, s->merged);
}
static void shift(step *s) {
  fk_table_shift(s->rows, ROWS, s->center, s->sum, s->stride, s->begin, s->stride, s->gain, s->keep, s->shifted);
}
static void drop(step *s) {
  fk_table_drop(others, OTHERS, s->center, s->stride, s->begin, s->stride, s->cut, s->kept, s->dropped);
}

static double square(float value) { return (double)value * (double)value; }

static void merge_defined(step *s) {
  for (size_t i = 0; i < ROWS; i++)
    for (size_t l = s->begin; l < s->stride; l++) {
      float *center = s->center + s->rows[i] * s->stride + l, *sum = s->sum + i * s->stride + l, old = *center;
      volatile float kept = s->keep[l] * old;
      float new = fmaf(s->gain[l], *sum, kept);
      *center = fabsf(new) < s->cut[l] ? 0 : new;
      *sum = old;
      s->merged[l] += square(*center);
    }
}

static void shift_defined(step *s) {
  for (size_t i = 0; i < ROWS; i++)
    for (size_t l = s->begin; l < s->stride; l++) {
      float *sum = s->sum + i * s->stride + l;
      volatile float before = s->keep[l] * *sum;
      s->shifted[l] += square(fmaf(s->gain[l], s->center[s->rows[i] * s->stride + l], -before));
      *sum = 0;
    }
}

static void drop_defined(step *s) {
  for (size_t i = 0; i < OTHERS; i++)
    for (size_t l = s->begin; l < s->stride; l++) {
      float *center = s->center + others[i] * s->stride + l;
      if (fabsf(*center) < s->cut[l]) {
        s->dropped[l] += square(*center);
        *center = 0;
      } else {
        s->kept[l] += square(*center);
      }
    }
}

static void compare(const char *what, const step *found, const step *wanted) {
  check_floats(what, found->center, wanted->center, TABLE_ROWS * found->stride);
  check_floats(what, found->sum, wanted->sum, ROWS * found->stride);
}

/* At most 64 squares are added in single precision; these are off by half a unit in the last place each. */
static void compare_squares(const char *what, const double *found, const double *wanted, size_t stride) {
  for (size_t l = 0; l < stride; l++) check_near(what, found[l], wanted[l], 65 * 0x1p-24 * wanted[l]);
}

static void compare_levels(const step *found, const step *plain) {
  compare("step and scalar", found, plain);
  size_t bytes = found->stride * sizeof(double);
  check_bytes("merged and scalar", found->merged, plain->merged, bytes);
  check_bytes("shifted and scalar", found->shifted, plain->shifted, bytes);
  check_bytes("kept and scalar", found->kept, plain->kept, bytes);
  check_bytes("dropped and scalar", found->dropped, plain->dropped, bytes);
}

static void steps(int level, size_t stride, size_t begin, size_t gap) {
  step found = make_step(stride, begin, gap), plain = make_step(stride, begin, gap);
  step defined = make_step(stride, begin, 0);
  use_level(FK_SIMD_SCALAR);
  merge(&plain), shift(&plain), drop(&plain);
  use_level(level);
  merge(&found), merge_defined(&defined);
  compare("merge and definition", &found, &defined);
  shift(&found), shift_defined(&defined);
  compare("shift and definition", &found, &defined);
  drop(&found), drop_defined(&defined);
  compare("drop and definition", &found, &defined);
  compare_levels(&found, &plain);
  compare_squares("merged", found.merged, defined.merged, stride);
  compare_squares("shifted", found.shifted, defined.shifted, stride);
  compare_squares("kept", found.kept, defined.kept, stride);
  compare_squares("dropped", found.dropped, defined.dropped, stride);
  memory_check();
}

void test_step(int level) {
  FOR_EACH(gap, gaps) {
    FOR_EACH(stride, strides) {
      for (size_t begin = 0; begin < stride && begin <= 16; begin += 16) {
        check_case("step, stride %zu from %zu, gap %zu", stride, begin, gap);
        steps(level, stride, begin, gap);
      }
    }
  }
}
