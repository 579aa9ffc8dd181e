/* Rows against a few interleaved prototypes. Whatever a kernel's header says is a fused multiply-add is one here, so
 * that a level has to give the bits of the definition. */
#include <math.h>

#include "check.h"
#include "families.h"
#include "fk_local.h"
#include "memory.h"
#include "sparse_rows.h"

static const size_t lane_counts[] = {4, 8, 16, 24, 32, 40, 64, 72, 96, 128, 136};
static const size_t widths[] = {0, 1, 3, 4, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 95, 96, 97, 128, 257};
static const size_t gaps[] = {0, 1};

static void scores(int level, size_t lanes, size_t gap, int are_whole) {
  sparse_rows rows = sparse_rows_make(lanes, gap, are_whole);
  size_t stride = lanes + 8, first = 2, count = SPARSE_ROWS - first;
  float *table = (are_whole ? memory_whole_numbers : memory_fractions)(SPARSE_FEATURES * stride, gap, 1);
  float *found = memory_floats(count * lanes, gap, 99), *wanted = memory_floats(count * lanes, gap, 99);
  float *defined = memory_floats(count * lanes, gap, 0);
  for (size_t i = first; i < SPARSE_ROWS; i++)
    for (int64_t k = rows.offsets[i]; k < rows.offsets[i + 1]; k++)
      for (size_t l = 0; l < lanes; l++) {
        float *sum = defined + (i - first) * lanes + l;
        *sum = fmaf(rows.values[k], table[rows.columns[k] * stride + l], *sum);
      }
  use_level(FK_SIMD_SCALAR);
  fk_local_scores(rows.offsets, rows.columns, rows.values, (int64_t)first, SPARSE_ROWS, table, stride, lanes, wanted);
  use_level(level);
  fk_local_scores(rows.offsets, rows.columns, rows.values, (int64_t)first, SPARSE_ROWS, table, stride, lanes, found);
  check_floats("local_scores and scalar", found, wanted, count * lanes);
  check_floats("local_scores and definition", found, defined, count * lanes);
  memory_check();
}

static float *make_shares(size_t lanes, size_t gap) {
  float *shares = memory_fractions(SPARSE_ROWS * lanes, gap, 4);
  /* A row of zeros, and one with zeros except for its last lane, which is negative. */
  for (size_t l = 0; l < lanes; l++) shares[8 * lanes + l] = 0;
  for (size_t l = 0; l + 1 < lanes; l++) shares[9 * lanes + l] = 0;
  shares[10 * lanes - 1] = -0.5f;
  return shares;
}

static void shares(int level, size_t lanes, size_t begin, size_t gap) {
  sparse_rows rows = sparse_rows_make(lanes + 1, gap, 0);
  float *shares = make_shares(lanes, gap), *found = memory_fractions(SPARSE_FEATURES * lanes, gap, 5);
  float *wanted = memory_copy(found, SPARSE_FEATURES * lanes, sizeof(float), gap);
  float *defined = memory_copy(found, SPARSE_FEATURES * lanes, sizeof(float), gap);
  for (size_t i = 0; i < SPARSE_ROWS; i++)
    for (int64_t k = rows.offsets[i]; k < rows.offsets[i + 1]; k++)
      for (size_t l = begin; l < lanes; l++) {
        float *cell = defined + rows.columns[k] * lanes + l;
        *cell = fmaf(rows.values[k], shares[i * lanes + l], *cell);
      }
  const int levels[] = {FK_SIMD_SCALAR, level};
  for (int i = 0; i < 2; i++) {
    use_level(levels[i]);
    fk_local_add_shares(rows.offsets, rows.columns, rows.values, 0, SPARSE_ROWS, shares, lanes, i ? found : wanted,
                        lanes, begin, lanes);
  }
  check_floats("add_shares and scalar", found, wanted, SPARSE_FEATURES * lanes);
  check_floats("add_shares and definition", found, defined, SPARSE_FEATURES * lanes);
  memory_check();
}

/* Lanes 1 and 2 tie everywhere. */
static void nearest(int level, size_t lanes, size_t gap) {
  sparse_rows rows = sparse_rows_make(lanes + 2, gap, 1);
  float *table = memory_whole_numbers(SPARSE_FEATURES * lanes, gap, 13), *bias = memory_floats(lanes, gap, 0);
  for (size_t f = 0; f < SPARSE_FEATURES; f++) table[f * lanes + 2] = table[f * lanes + 1];
  bias[lanes - 1] = -INFINITY;
  int32_t *found = memory_array(SPARSE_ROWS, sizeof *found, gap);
  float *best = memory_floats(SPARSE_ROWS, gap, -9), *scratch = memory_floats(2 * lanes, gap, 0);
  use_level(level);
  fk_local_nearest(rows.offsets, rows.columns, rows.values, 0, SPARSE_ROWS, table, lanes, bias, scratch, 2 * lanes,
                   found, best);
  for (size_t i = 0; i < SPARSE_ROWS; i++) {
    int32_t winner = 0;
    float top = -INFINITY;
    for (size_t l = 0; l + 1 < lanes; l++) {
      float score = 0;
      for (int64_t k = rows.offsets[i]; k < rows.offsets[i + 1]; k++)
        score += rows.values[k] * table[rows.columns[k] * lanes + l];
      if (score > top) top = score, winner = (int32_t)l;
    }
    check("nearest lane", found[i] == winner && best[i] == top);
  }
  memory_check();
}

/* Two roundings for a product and a sum, whatever the compiler would like to fuse. */
static void sums(int level, size_t lanes, size_t gap, int has_weights) {
  sparse_rows rows = sparse_rows_make(lanes + 3, gap, 0);
  int32_t *lane = memory_array(SPARSE_ROWS, sizeof *lane, gap);
  float *weight = has_weights ? memory_fractions(SPARSE_ROWS, gap, 6) : NULL;
  float *found = memory_fractions(SPARSE_FEATURES * lanes, gap, 7);
  float *defined = memory_copy(found, SPARSE_FEATURES * lanes, sizeof(float), gap);
  for (size_t i = 0; i < SPARSE_ROWS; i++) {
    lane[i] = (int32_t)(i % (lanes + 1)) - 1;
    for (int64_t k = rows.offsets[i]; lane[i] >= 0 && k < rows.offsets[i + 1]; k++) {
      volatile float product = (weight ? weight[i] : 1) * rows.values[k];
      defined[rows.columns[k] * lanes + (size_t)lane[i]] += product;
    }
  }
  use_level(level);
  fk_local_add(rows.offsets, rows.columns, rows.values, 0, SPARSE_ROWS, lane, weight, found, lanes);
  check_floats("local_add", found, defined, SPARSE_FEATURES * lanes);
  memory_check();
}

static void axpy(size_t count, size_t gap) {
  float *x = memory_fractions(count, gap, 1), *found = memory_fractions(count, gap, 2);
  float *defined = memory_copy(found, count, sizeof(float), gap);
  for (size_t i = 0; i < count; i++) {
    volatile float product = 0.3f * x[i];
    defined[i] += product;
  }
  fk_axpy(0.3f, x, found, count);
  check_floats("axpy", found, defined, count);
  memory_check();
}

/* 32 partial sums over whole blocks of 32, folded in halves, then the rest in order. */
static float dense_score(const float *x, const float *c, size_t width) {
  float part[32] = {0};
  size_t f = 0;
  for (; f + 32 <= width; f += 32)
    for (size_t i = 0; i < 32; i++) part[i] = fmaf(x[f + i], c[f + i], part[i]);
  for (size_t half = 16; half > 0; half /= 2)
    for (size_t i = 0; i < half; i++) part[i] += part[i + half];
  for (; f < width; f++) part[0] = fmaf(x[f], c[f], part[0]);
  return part[0];
}

static void dense(int level, size_t width, size_t gap) {
  enum { COUNT = 3, PROTOTYPES = 4, SCORES = COUNT * PROTOTYPES };
  float *rows = memory_fractions(COUNT * width, gap, 1), *prototypes = memory_fractions(PROTOTYPES * width, gap, 2);
  float *found = memory_floats(SCORES, gap, 99), *wanted = memory_floats(SCORES, gap, 99);
  float defined[SCORES];
  for (size_t i = 0; i < SCORES; i++)
    defined[i] = dense_score(rows + i / PROTOTYPES * width, prototypes + i % PROTOTYPES * width, width);
  use_level(FK_SIMD_SCALAR);
  fk_dense_scores(rows, COUNT, width, prototypes, PROTOTYPES, wanted);
  use_level(level);
  fk_dense_scores(rows, COUNT, width, prototypes, PROTOTYPES, found);
  check_floats("dense_scores and scalar", found, wanted, SCORES);
  check_floats("dense_scores and definition", found, defined, SCORES);
  memory_check();
}

void test_local(int level) {
  FOR_EACH(gap, gaps) {
    FOR_EACH(lanes, lane_counts) {
      check_case("local, %zu lanes, gap %zu", lanes, gap);
      scores(level, lanes, gap, 0);
      scores(level, lanes, gap, 1);
      shares(level, lanes, 0, gap);
      shares(level, lanes, lanes / 8 * 4, gap);
      nearest(level, lanes, gap);
      sums(level, lanes, gap, 0);
      sums(level, lanes, gap, 1);
    }
    FOR_EACH(width, widths) {
      check_case("local, dense rows of %zu, gap %zu", width, gap);
      dense(level, width, gap);
      axpy(width, gap);
    }
  }
}
