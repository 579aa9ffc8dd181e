#include <math.h>
#include <string.h>

#include "check.h"
#include "families.h"
#include "fk_dense.h"
#include "memory.h"

enum { ROWS = FK_TILE_ROWS, COLUMNS = FK_TILE_COLUMNS, CELLS = ROWS * COLUMNS };

static const size_t feature_counts[] = {0, 1, 2, 3, 7, 8, 64, 193};
static const size_t gaps[] = {0, 1};

static void tiles_f32(int level, size_t features, size_t gap, int are_whole) {
  float *(*make)(size_t, size_t, uint64_t) = are_whole ? memory_whole_numbers : memory_fractions;
  float *documents = make(features * ROWS, gap, 1), *panel = make(features * COLUMNS, gap, 2);
  float *found = make(CELLS, gap, 3);
  float *wanted = memory_copy(found, CELLS, sizeof(float), gap);
  float *defined = memory_copy(found, CELLS, sizeof(float), gap);
  for (size_t f = 0; f < features; f++)
    for (size_t i = 0; i < CELLS; i++)
      defined[i] = fmaf(documents[f * ROWS + i / COLUMNS], panel[f * COLUMNS + i % COLUMNS], defined[i]);
  fk_dense_for(level)->tile_f32(documents, panel, features, found);
  fk_dense_for(FK_SIMD_SCALAR)->tile_f32(documents, panel, features, wanted);
  check_floats("tile_f32 and scalar", found, wanted, CELLS);
  check_floats("tile_f32 and definition", found, defined, CELLS);
  memory_check();
}

typedef void (*tile_16_bits)(const float *, const uint16_t *, size_t, float *);

static void tiles_16_bits(const char *what, tile_16_bits tile, tile_16_bits plain, size_t features, size_t gap) {
  float *documents = memory_fractions(features * ROWS, gap, 4), *found = memory_fractions(CELLS, gap, 5);
  float *wanted = memory_copy(found, CELLS, sizeof(float), gap);
  uint16_t *panel = memory_array(features * COLUMNS, sizeof *panel, gap);
  uint64_t state = features;
  for (size_t i = 0; i < features * COLUMNS; i++) panel[i] = (uint16_t)random_below(&state, 65536);
  /* NaN and infinities in one column only: they would hide the others. */
  for (size_t i = 0; i < features * COLUMNS; i++)
    if (i % COLUMNS != 5) panel[i] &= 0xBFFF;
  tile(documents, panel, features, found);
  plain(documents, panel, features, wanted);
  check_floats(what, found, wanted, CELLS);
  memory_check();
}

static void thresholds(int level, uint64_t seed, size_t gap) {
  float *scores = memory_whole_numbers(CELLS, gap, seed), *limits = memory_whole_numbers(ROWS, gap, seed + 100);
  for (size_t r = 0; r < ROWS; r++) limits[r] = (limits[r] + 16) / 2;
  for (size_t i = seed % 11; i < CELLS; i += 11) scores[i] = NAN;
  limits[seed % ROWS] = seed % 2 ? NAN : INFINITY;
  unsigned wanted = 0;
  for (size_t i = 0; i < CELLS; i++) wanted |= (unsigned)(scores[i] > limits[i / COLUMNS]) << i / COLUMNS;
  check("rows_above and definition", fk_dense_for(level)->rows_above(scores, limits) == wanted);
  check("rows_above and scalar", fk_dense_for(FK_SIMD_SCALAR)->rows_above(scores, limits) == wanted);
  memory_check();
}

/* Whole numbers: bounds are exact, whether a level fuses its multiply-adds or not. */
static void bounds(int level, size_t count, size_t gap) {
  float *scores = memory_whole_numbers(count, gap, 11), *norms = memory_whole_numbers(count, gap, 12);
  uint32_t *found = memory_array(count, sizeof *found, gap), *wanted = memory_array(count, sizeof *wanted, gap);
  for (size_t p = 3; p < count; p += 17) scores[p] = NAN;
  for (float lowest = -20; lowest <= 20; lowest += 8) {
    size_t expected = 0;
    for (size_t p = 0; p < count; p++)
      if (!(scores[p] + norms[p] * 2 < lowest)) wanted[expected++] = (uint32_t)p;
    size_t length = fk_dense_for(level)->reach(scores, norms, 2, lowest, count, found);
    check("reach: how many", length == expected);
    check("reach: which", length == expected && (!length || memcmp(found, wanted, length * sizeof *found) == 0));
  }
  memory_check();
}

static void some_rows(size_t features, size_t count, float least) {
  check_case("dense, %zu of 40 rows of %zu features", count, features);
  float *rows = memory_fractions(40 * features, 0, 13), *x = memory_fractions(features, 0, 14);
  float *biases = memory_fractions(40, 0, 15), *found = memory_floats(count, 0, 0), *wanted = memory_floats(count, 0, 0);
  uint32_t *numbers = memory_array(count, sizeof *numbers, 0);
  for (size_t i = 0; i < count; i++) {
    numbers[i] = (uint32_t)(i * 7 % 40);
    wanted[i] = biases[numbers[i]];
    for (size_t f = 0; f < features; f++) {
      float w = rows[numbers[i] * features + f];
      wanted[i] = fmaf(x[f], fabsf(w) >= least ? w : 0, wanted[i]);
    }
  }
  fk_score_dense_f32(rows, features, numbers, count, x, least, biases, found);
  check_floats("score_dense", found, wanted, count);
  memory_check();
}

static void squares(size_t features) {
  check_case("dense, squares of %zu features", features);
  float *packed = memory_fractions(features * ROWS, 0, 16);
  double found[ROWS], wanted[ROWS] = {0};
  for (size_t i = 0; i < features * ROWS; i++) wanted[i % ROWS] += (double)packed[i] * (double)packed[i];
  fk_packed_squares(packed, features, found);
  int same = 1;
  for (size_t r = 0; r < ROWS; r++) same &= fabs(found[r] - wanted[r]) <= 1e-14 * wanted[r];
  check("packed_squares", same);
  memory_check();
}

static void packing(size_t features, size_t count) {
  check_case("dense, packing of %zu documents of %zu features", count, features);
  float *rows = memory_fractions(count * features, 0, 7), *scales = memory_fractions(count, 0, 8);
  float *found = memory_floats(features * ROWS, 0, 9), *wanted = memory_floats(features * ROWS, 0, 0);
  for (size_t f = 0; f < features; f++)
    for (size_t r = 0; r < count; r++) wanted[f * ROWS + r] = rows[r * features + f] * scales[r];
  fk_pack_documents(rows, features, count, scales, features, found);
  check_floats("pack_documents", found, wanted, features * ROWS);
  memory_check();
}

void test_dense(int level) {
  const fk_dense_kernels *kernels = fk_dense_for(level), *plain = fk_dense_for(FK_SIMD_SCALAR);
  FOR_EACH(gap, gaps) {
    FOR_EACH(features, feature_counts) {
      check_case("dense, %zu features, gap %zu", features, gap);
      tiles_f32(level, features, gap, 0);
      tiles_f32(level, features, gap, 1);
      tiles_16_bits("tile_f16", kernels->tile_f16, plain->tile_f16, features, gap);
      tiles_16_bits("tile_bf16", kernels->tile_bf16, plain->tile_bf16, features, gap);
    }
    for (uint64_t seed = 0; seed < 40; seed++) {
      check_case("dense, thresholds, seed %d, gap %zu", (int)seed, gap);
      thresholds(level, seed, gap);
    }
  }
  for (size_t count = 1; count <= ROWS; count++) packing(129, count);
  static const size_t counts[] = {0, 1, 15, 16, 17, 31, 32, 33, 100};
  FOR_EACH(gap, gaps) FOR_EACH(count, counts) {
    check_case("dense, bounds of %zu, gap %zu", count, gap);
    bounds(level, count, gap);
  }
  for (size_t count = 1; count <= 20; count++) some_rows(37, count, count % 2 ? 0 : 0.3f);
  FOR_EACH(features, feature_counts) squares(features);
}
