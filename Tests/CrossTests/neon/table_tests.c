/* Wide tables. The scalar level is the same text, so each result is also held against its definition: bits where the
 * header gives the operations, a bound where it gives one. */
#include <math.h>

#include "check.h"
#include "families.h"
#include "fk_local.h"
#include "memory.h"
#include "sparse_rows.h"

/* Round how many blocks of 16 lanes the registers of a level hold. */
static const size_t strides[] = {16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 384, 400};
static const size_t gaps[] = {0, 1};

static void scores(int level, size_t stride, size_t gap) {
  sparse_rows rows = sparse_rows_make(stride, gap, 0);
  size_t count = SPARSE_ROWS * stride;
  float *table = memory_fractions(SPARSE_FEATURES * stride, gap, 1);
  float *found = memory_floats(count, gap, 99), *wanted = memory_floats(count, gap, 99);
  float *defined = memory_floats(count, gap, 0);
  for (size_t i = 0; i < SPARSE_ROWS; i++)
    for (int64_t k = rows.offsets[i]; k < rows.offsets[i + 1]; k++)
      for (size_t l = 0; l < stride; l++) {
        float *sum = defined + i * stride + l;
        *sum = fmaf(rows.values[k], table[rows.columns[k] * stride + l], *sum);
      }
  use_level(FK_SIMD_SCALAR);
  fk_table_scores(rows.offsets, rows.columns, rows.values, 0, SPARSE_ROWS, table, stride, wanted);
  use_level(level);
  fk_table_scores(rows.offsets, rows.columns, rows.values, 0, SPARSE_ROWS, table, stride, found);
  check_floats("table_scores and scalar", found, wanted, count);
  check_floats("table_scores and definition", found, defined, count);
  memory_check();
}

/* Slots with 0, 1, 2 ... entries, whose documents ascend. */
enum { SLOTS = 7, DOCUMENTS = 30, MOST = 21 };
static const uint32_t slot_starts[SLOTS + 1] = {0, 0, 1, 3, 6, 6, 10, MOST};

static void add_defined(const uint32_t *document, const float *value, const float *share, size_t stride, float *sum) {
  for (size_t slot = 0; slot < SLOTS; slot++)
    for (uint32_t k = slot_starts[slot]; k < slot_starts[slot + 1]; k++)
      for (size_t l = 0; l < stride; l++) {
        float *cell = sum + slot * stride + l;
        *cell = fmaf(value[k], share[document[k] * stride + l], *cell);
      }
}

/* By feature, in two blocks of documents; the second begins where a slot has one. */
enum { SPLIT = 8 };
static const uint32_t slot_splits[SLOTS] = {0, 1, 3, 6, 6, 8, 11};

static void sums(int level, size_t stride, size_t gap) {
  uint32_t *documents = memory_array(MOST, sizeof *documents, gap);
  for (uint32_t slot = 0; slot < SLOTS; slot++)
    for (uint32_t k = slot_starts[slot]; k < slot_starts[slot + 1]; k++)
      documents[k] = slot + 2 * (k - slot_starts[slot]);
  float *values = memory_fractions(MOST, gap, 3), *share = memory_fractions(DOCUMENTS * stride, gap, 4);
  float *found = memory_fractions(SLOTS * stride, gap, 5);
  float *wanted = memory_copy(found, SLOTS * stride, sizeof(float), gap);
  float *defined = memory_copy(found, SLOTS * stride, sizeof(float), gap);
  add_defined(documents, values, share, stride, defined);
  const int levels[] = {FK_SIMD_SCALAR, level};
  for (int i = 0; i < 2; i++) {
    uint32_t *cursor = memory_copy(slot_starts, SLOTS, sizeof *cursor, gap);
    use_level(levels[i]);
    fk_table_add(slot_starts, cursor, 0, SLOTS, documents, values, 0, SPLIT, share, stride, i ? found : wanted);
    check_bytes("cursors between", cursor, slot_splits, SLOTS * sizeof *cursor);
    fk_table_add(slot_starts, cursor, 0, SLOTS, documents, values, SPLIT, DOCUMENTS, share + SPLIT * stride,
                 stride, i ? found : wanted);
    check_bytes("cursors", cursor, slot_starts + 1, SLOTS * sizeof *cursor);
  }
  check_floats("table_add and scalar", found, wanted, SLOTS * stride);
  check_floats("table_add and definition", found, defined, SLOTS * stride);
  memory_check();
}

/* In 16 partial sums, folded in halves. */
static float total_of(const float *values, size_t count) {
  float part[16] = {0};
  for (size_t i = 0; i < count; i++) part[i % 16] += values[i];
  for (size_t half = 8; half > 0; half /= 2)
    for (size_t i = 0; i < half; i++) part[i] += part[i + half];
  return part[0];
}

typedef struct {
  float *score, *scale, *penalty;
} lanes;

/* The last five lanes are padding. */
static lanes make_lanes(size_t stride, size_t gap) {
  lanes made = {memory_fractions(stride, gap, stride), memory_fractions(stride, gap, 2), NULL};
  made.penalty = memory_floats(stride, gap, INFINITY);
  for (size_t l = 0; l < stride; l++) made.scale[l] = fabsf(made.scale[l]) + 0.5f;
  for (size_t l = 0; l + 5 < stride; l++) made.penalty[l] = (float)(l % 3) * 0.2f;
  return made;
}

static void linear(int level, size_t stride, size_t gap) {
  lanes in = make_lanes(stride, gap);
  float *wanted = memory_copy(in.score, stride, sizeof(float), gap), *defined = memory_floats(stride, gap, 0);
  for (size_t l = 0; l < stride; l++) defined[l] = fmaxf(0, fmaf(in.score[l], in.scale[l], -in.penalty[l]));
  use_level(FK_SIMD_SCALAR);
  float totals[3] = {fk_table_linear(wanted, stride, in.scale, in.penalty), 0, total_of(defined, stride)};
  use_level(level);
  totals[1] = fk_table_linear(in.score, stride, in.scale, in.penalty);
  check_floats("linear and scalar", in.score, wanted, stride);
  check_floats("linear and definition", in.score, defined, stride);
  check_floats("totals", totals, totals + 1, 2);
  memory_check();
}

static void softmax(int level, size_t stride, float inverse, size_t gap) {
  lanes in = make_lanes(stride, gap);
  float *wanted = memory_copy(in.score, stride, sizeof(float), gap), *exponent = memory_floats(stride, gap, 0);
  float top = -INFINITY;
  for (size_t l = 0; l < stride; l++) {
    exponent[l] = fmaf(in.score[l], in.scale[l], -in.penalty[l]) * inverse;
    top = fmaxf(top, exponent[l]);
  }
  use_level(FK_SIMD_SCALAR);
  float total = fk_table_softmax(wanted, stride, in.scale, in.penalty, inverse);
  use_level(level);
  float found = fk_table_softmax(in.score, stride, in.scale, in.penalty, inverse);
  check_floats("softmax and scalar", in.score, wanted, stride);
  check_floats("totals", &found, &total, 1);
  total = total_of(in.score, stride);
  check_floats("total and definition", &found, &total, 1);
  for (size_t l = 0; l < stride; l++) {
    volatile float x = exponent[l] - top;
    double exact = x < -87 ? 0 : exp((double)x);
    check_near("softmax and definition", (double)in.score[l], exact, 2 * exact * 0x1p-23);
  }
  memory_check();
}

static void similarities(int level, size_t stride, size_t gap) {
  lanes in = make_lanes(stride, gap);
  float *norm = memory_whole_numbers(stride, gap, 9), *wanted = memory_copy(in.score, stride, sizeof(float), gap);
  float *defined = memory_floats(stride, gap, 0);
  for (size_t l = 0; l < stride; l++) {
    volatile float dot = in.score[l] * in.scale[l], rest = norm[l] + 0.7f;
    volatile float squared = fmaxf(0, fmaf(-2, dot, rest)), below = 1 + squared;
    defined[l] = 1 / below;
  }
  use_level(FK_SIMD_SCALAR);
  fk_table_similarities(wanted, stride, in.scale, norm, 0.7f);
  use_level(level);
  fk_table_similarities(in.score, stride, in.scale, norm, 0.7f);
  check_floats("similarities and scalar", in.score, wanted, stride);
  check_floats("similarities and definition", in.score, defined, stride);
  memory_check();
}

/* Every exponent that counts, in steps of 1/47. */
static void exponentials(int level) {
  enum { COUNT = 4096 };
  check_case("table, exponentials");
  float *found = memory_floats(COUNT, 0, 0), *ones = memory_floats(COUNT, 0, 1), *zeros = memory_floats(COUNT, 0, 0);
  float *exponent = memory_floats(COUNT, 0, 0);
  for (size_t i = 0; i < COUNT; i++) found[i] = exponent[i] = -(float)i * 87 / (COUNT - 1);
  use_level(level);
  fk_table_softmax(found, COUNT, ones, zeros, 1);
  for (size_t i = 0; i < COUNT; i++) {
    double exact = exp((double)exponent[i]);
    check_near("exponential", (double)found[i], exact, 2 * exact * 0x1p-23);
  }
  memory_check();
}

static void scaling(int level, size_t stride, size_t gap) {
  float *share = memory_fractions(stride, gap, 1), *factor = memory_fractions(stride, gap, 2);
  float *table = memory_fractions(3 * stride, gap, 3), *scaled = memory_copy(table, 3 * stride, sizeof(float), gap);
  float *shared = memory_copy(share, stride, sizeof(float), gap);
  double *added = memory_array(stride, sizeof *added, gap), *wanted = memory_array(stride, sizeof *wanted, gap);
  for (size_t l = 0; l < stride; l++) {
    shared[l] *= 0.3f;
    added[l] = (double)l / 7;
    wanted[l] = added[l] + (double)shared[l];
  }
  for (size_t i = 0; i < 3 * stride; i++) scaled[i] *= factor[i % stride];
  use_level(level);
  fk_table_share(share, stride, 0.3f, added);
  fk_table_scale(table, 3, stride, factor);
  check_floats("table_share", share, shared, stride);
  check_bytes("added", added, wanted, stride * sizeof *added);
  check_floats("table_scale", table, scaled, 3 * stride);
  memory_check();
}

void test_table(int level) {
  const float inverses[] = {0.25f, 1, 60};
  FOR_EACH(gap, gaps) {
    FOR_EACH(stride, strides) {
      check_case("table, stride %zu, gap %zu", stride, gap);
      scores(level, stride, gap);
      sums(level, stride, gap);
      linear(level, stride, gap);
      for (int i = 0; i < 3; i++) softmax(level, stride, inverses[i], gap);
      similarities(level, stride, gap);
      scaling(level, stride, gap);
    }
  }
  exponentials(level);
}
