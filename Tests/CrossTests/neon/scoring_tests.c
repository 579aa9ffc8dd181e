#include <math.h>
#include <string.h>

#include "check.h"
#include "families.h"
#include "fk_codes.h"
#include "fk_scoring.h"
#include "fk_staged.h"
#include "memory.h"

/* Round the 4 lanes of a register and the 32 prototypes of a block. */
static const size_t lengths[] = {0,  1,  3,  4,  5,  7,  8,  9,  15, 16,  17,  31,  32,
                                 33, 35, 36, 37, 63, 64, 65, 95, 96, 127, 128, 129, 257};
static const size_t term_counts[] = {0, 1, 2, 5};
static const size_t gaps[] = {0, 1};

typedef struct {
  size_t count, terms;
  const size_t *starts;
  const float *x, *bias;
} document;

typedef float *(*make_numbers)(size_t count, size_t gap, uint64_t seed);

static document make_document(size_t count, size_t terms, size_t gap, make_numbers make) {
  size_t *starts = memory_array(terms, sizeof *starts, 0);
  for (size_t t = 0; t < terms; t++) starts[t] = t * count;
  return (document){count, terms, starts, make(terms, gap, 2), make(count, gap, 3)};
}

static void rows_f32(int level, size_t count, size_t terms, size_t gap, make_numbers make) {
  document d = make_document(count, terms, gap, make);
  float *rows = make(terms * count, gap, count);
  float *found = memory_floats(count, gap, 99), *wanted = memory_floats(count, gap, 99);
  float *defined = memory_copy(d.bias, count, sizeof(float), gap);
  for (size_t t = 0; t < terms; t++)
    for (size_t p = 0; p < count; p++) defined[p] = fmaf(d.x[t], rows[t * count + p], defined[p]);
  fk_scoring_for(level)->score_rows_f32(rows, d.starts, d.x, terms, d.bias, found, count);
  fk_scoring_for(FK_SIMD_SCALAR)->score_rows_f32(rows, d.starts, d.x, terms, d.bias, wanted, count);
  check_floats("score_rows_f32 and scalar", found, wanted, count);
  check_floats("score_rows_f32 and definition", found, defined, count);
  for (size_t p = 0; p < count; p++) {
    float one = fk_score_one_f32(rows, count, (const size_t[]){0, 1, 2, 3, 4}, d.x, terms, p, d.bias[p]);
    check_floats("score_one_f32", &one, wanted + p, 1);
  }
  memory_check();
}

/* A NaN or an infinity in gives one out, and in no other place. */
static float *with_specials(size_t count, size_t gap, uint64_t seed) {
  float *out = memory_fractions(count, gap, seed);
  static const float special[] = {NAN, INFINITY, -INFINITY, 1e38f, 1e-42f, -0.0f};
  for (size_t i = seed % 3; i < count; i += 3) out[i] = special[i / 3 % 6];
  return out;
}

/* Any bits at all: every kind of number, subnormal ones and NaN included. */
static uint16_t *halves(size_t count, size_t gap, uint64_t seed) {
  uint16_t *out = memory_array(count, sizeof *out, gap);
  for (size_t i = 0; i < count; i++) out[i] = (uint16_t)random_below(&seed, 65536);
  return out;
}

static void rows_16_bits(int level, size_t count, size_t terms, size_t gap) {
  const fk_scoring_kernels *kernels = fk_scoring_for(level), *plain = fk_scoring_for(FK_SIMD_SCALAR);
  document d = make_document(count, terms, gap, memory_fractions);
  uint16_t *rows = halves(terms * count, gap, count);
  float *found = memory_floats(count, gap, 99), *wanted = memory_floats(count, gap, 99);
  kernels->score_rows_f16(rows, d.starts, d.x, terms, d.bias, found, count);
  plain->score_rows_f16(rows, d.starts, d.x, terms, d.bias, wanted, count);
  check_floats("score_rows_f16", found, wanted, count);
  kernels->score_rows_bf16(rows, d.starts, d.x, terms, d.bias, found, count);
  plain->score_rows_bf16(rows, d.starts, d.x, terms, d.bias, wanted, count);
  check_floats("score_rows_bf16", found, wanted, count);
  memory_check();
}

/* What the bits of a half stand for, by the definition of the format. */
static float value_of_f16(uint16_t bits) {
  int exponent = bits >> 10 & 31, fraction = bits & 1023;
  float magnitude = exponent == 31  ? (fraction ? NAN : INFINITY)
                    : exponent == 0 ? ldexpf((float)fraction, -24)
                                    : ldexpf((float)(fraction + 1024), exponent - 25);
  return bits & 0x8000 ? -magnitude : magnitude;
}

static float value_of_bf16(uint16_t bits) {
  uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

static void every_pattern_widens(int level) {
  enum { PATTERNS = 65536 };
  check_case("scoring, every pattern of 16 bits");
  uint16_t *patterns = memory_array(PATTERNS, sizeof *patterns, 0);
  float *bias = memory_floats(PATTERNS, 0, 0), *found = memory_floats(PATTERNS, 0, 9);
  float *f16 = memory_floats(PATTERNS, 0, 9), *bf16 = memory_floats(PATTERNS, 0, 9);
  for (size_t i = 0; i < PATTERNS; i++) {
    patterns[i] = (uint16_t)i;
    f16[i] = value_of_f16(patterns[i]);
    bf16[i] = value_of_bf16(patterns[i]);
  }
  const size_t start = 0;
  const float one = 1;
  fk_scoring_for(level)->score_rows_f16(patterns, &start, &one, 1, bias, found, PATTERNS);
  check_floats("f16", found, f16, PATTERNS);
  fk_scoring_for(level)->score_rows_bf16(patterns, &start, &one, 1, bias, found, PATTERNS);
  check_floats("bf16", found, bf16, PATTERNS);
  memory_check();
}

static void lists(int level, size_t count, size_t gap) {
  uint32_t *ids = memory_array(count, sizeof *ids, gap);
  for (size_t i = 0; i < count; i++) ids[i] = (uint32_t)(2 * (count - 1 - i));
  float *values = memory_fractions(count, gap, count), *found = memory_fractions(2 * count, gap, 8);
  float *wanted = memory_copy(found, 2 * count, sizeof(float), gap);
  for (size_t i = 0; i < count; i++) wanted[ids[i]] = fmaf(0.37f, values[i], wanted[ids[i]]);
  fk_scoring_for(level)->add_list(ids, values, count, 0.37f, found);
  check_floats("add_list", found, wanted, 2 * count);
  memory_check();
}

static float signalling_nan(void) {
  float value;
  memcpy(&value, &(const uint32_t){0x7F800001}, sizeof value);
  return value;
}

/* Kinds 0 .. 3: numbers with many ties; 4 .. 6: NaN of either sort or infinities among them; 7 .. 9: those only. */
static float *comparable(size_t count, size_t gap, uint64_t kind) {
  float *out = memory_whole_numbers(count, gap, kind);
  const float special[] = {NAN, -INFINITY, signalling_nan()};
  uint64_t state = count;
  for (size_t i = 0; i < count; i++)
    if (kind >= 7 || (kind >= 4 && random_below(&state, 2))) out[i] = special[(kind - 1) % 3];
  return out;
}

static void comparisons(int level, size_t count, size_t gap, uint64_t kind) {
  const fk_scoring_kernels *kernels = fk_scoring_for(level), *plain = fk_scoring_for(FK_SIMD_SCALAR);
  float *scores = comparable(count, gap, kind);
  check("first_max", kernels->first_max(scores, count) == plain->first_max(scores, count));
  const float thresholds[] = {-9, 2, 8, -INFINITY, INFINITY, NAN};
  for (size_t i = 0; i < 6; i++) {
    uint32_t *found = memory_array(count, sizeof *found, gap), *wanted = memory_array(count, sizeof *wanted, gap);
    size_t number = kernels->positions_above(scores, count, thresholds[i], found);
    check("how many lie above", number == plain->positions_above(scores, count, thresholds[i], wanted));
    check_bytes("positions_above", found, wanted, number * sizeof *found);
  }
  memory_check();
}

/* The score of a sparse prototype is the chain over its columns that the document has. */
static void sparse_prototypes(size_t count) {
  check_case("scoring, sparse prototype of %zu columns", count);
  uint32_t *columns = memory_array(count, sizeof *columns, 0);
  float *values = memory_fractions(count, 0, count), *spread = memory_floats(3 * count + 1, 0, 0);
  uint32_t *marks = memory_array(3 * count / 32 + 1, sizeof *marks, 0);
  memset(marks, 0, (3 * count / 32 + 1) * sizeof *marks);
  float wanted = 0.25f;
  for (size_t i = 0; i < count; i++) {
    columns[i] = (uint32_t)(3 * i);
    if (i % 5 < 2) continue;
    spread[3 * i] = (float)(i % 7) - 2.5f;
    marks[3 * i / 32] |= 1u << 3 * i % 32;
    if (fabsf(values[i]) >= 0.1f) wanted = fmaf(spread[3 * i], values[i], wanted);
  }
  float found = fk_score_spread_f32(columns, values, count, spread, marks, 0.1f, 0.25f);
  check_floats("score_spread_f32", &found, &wanted, 1);
  memory_check();
}

void test_scoring(int level) {
  FOR_EACH(count, lengths) {
    FOR_EACH(gap, gaps) {
      FOR_EACH(terms, term_counts) {
        check_case("scoring, %zu prototypes, %zu terms, gap %zu", count, terms, gap);
        rows_f32(level, count, terms, gap, memory_whole_numbers);
        rows_f32(level, count, terms, gap, memory_fractions);
        rows_f32(level, count, terms, gap, with_specials);
        rows_16_bits(level, count, terms, gap);
      }
      check_case("scoring, list of %zu, gap %zu", count, gap);
      lists(level, count, gap);
      for (uint64_t kind = 0; kind < 10; kind++) {
        check_case("scoring, comparisons of %zu, gap %zu, kind %d", count, gap, (int)kind);
        comparisons(level, count, gap, kind);
      }
    }
    sparse_prototypes(count * 9);
  }
  every_pattern_widens(level);
}
