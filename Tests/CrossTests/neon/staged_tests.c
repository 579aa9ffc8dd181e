#include <math.h>
#include <string.h>

#include "check.h"
#include "families.h"
#include "fk_staged.h"
#include "memory.h"

static const size_t counts[] = {1, 31, 32, 33, 63, 64, 65, 127, 128, 129, 191, 192, 255, 256, 257, 320, 449};
static const size_t block_counts[] = {0, 64, 128, 320};
static const size_t list_lengths[] = {0, 1, 7, 8, 9, 15, 16, 17, 33};
static const size_t gaps[] = {0, 1};
enum { ROWS = 8 };

static size_t padded(size_t count) { return (count + FK_CODE_BLOCK - 1) / FK_CODE_BLOCK * FK_CODE_BLOCK; }

static void rows(int level, size_t count, size_t terms, size_t gap) {
  size_t stride = padded(count), places[] = {3, 0, 7, 7, 1};
  int8_t *codes = memory_codes(ROWS * stride, gap, count);
  int16_t *multipliers = memory_words(terms, gap, 2);
  /* Large sums, so that some saturate. */
  int16_t *found = memory_words(stride, gap, 3), *wanted = memory_words(stride, gap, 3);
  fk_staged_for(level)->add_rows(codes, stride, places, multipliers, terms, found, count);
  fk_staged_for(FK_SIMD_SCALAR)->add_rows(codes, stride, places, multipliers, terms, wanted, count);
  check_bytes("add_rows", found, wanted, stride * sizeof *found);
  memory_check();
}

/* The most that a prototype's sum can become. */
static int16_t most(int16_t sum, uint16_t norm, uint16_t rest, int16_t cap) {
  int bound = (int)((uint32_t)norm * rest >> 16) + 1, reached = sum + (bound < cap ? bound : cap);
  return (int16_t)(reached > INT16_MAX ? INT16_MAX : reached);
}

static void survivors(int level, size_t count, uint16_t rest, size_t gap) {
  const fk_staged_kernels *kernels = fk_staged_for(level), *plain = fk_staged_for(FK_SIMD_SCALAR);
  const int16_t caps[] = {0, 500, 32767};
  const size_t limits[] = {0, 10, count};
  for (int i = 0; i < 15; i++) {
    int16_t *sums = memory_words(count, gap, 4), cap = caps[i % 3];
    uint16_t *norms = (uint16_t *)memory_words(count, gap, 5);
    /* The first is met exactly. */
    int16_t exact = count > 0 ? most(sums[count / 2], norms[count / 2], rest, cap) : 0;
    const int16_t thresholds[] = {exact, -32767, 0, 20000, 32767};
    FOR_EACH(limit, limits) {
      uint32_t *found = memory_array(limit, sizeof *found, gap), *wanted = memory_array(limit, sizeof *wanted, gap);
      size_t number = kernels->reach(sums, norms, rest, cap, thresholds[i / 3], count, found, limit);
      check("how many reach", number == plain->reach(sums, norms, rest, cap, thresholds[i / 3], count, wanted, limit));
      check_bytes("reach", found, wanted, (number > limit ? limit : number) * sizeof *found);
    }
    memory_check();
  }
}

/* `terms` values of memory for each part of a document. */
static fk_staged_document make_document(size_t terms) {
  fk_staged_document d;
  memset(&d, 0, sizeof d);
  d.rows = memory_array(terms, sizeof *d.rows, 0);
  d.multipliers = memory_array(terms, sizeof *d.multipliers, 0);
  d.starts = memory_array(terms, sizeof *d.starts, 0);
  d.lengths = memory_array(terms, sizeof *d.lengths, 0);
  d.factors = memory_array(terms, sizeof *d.factors, 0);
  d.offsets = memory_array(terms + 1, sizeof *d.offsets, 0);
  d.rest_sums = memory_array(terms + 1, sizeof *d.rest_sums, 0);
  d.rest_norms = memory_array(terms + 1, sizeof *d.rest_norms, 0);
  d.scratch = memory_array(4 * terms, sizeof *d.scratch, 0);
  return d;
}

/* Entries of a list: prototypes from 0 on, any code. */
static uint32_t *make_entries(size_t count, size_t length, size_t gap) {
  uint32_t *entries = memory_array(count, sizeof *entries, gap);
  uint64_t state = length;
  for (size_t i = 0; i < count; i++)
    entries[i] = (uint32_t)(i % length) | (uint32_t)random_below(&state, 65536) << 16;
  return entries;
}

static void lists(int level, size_t length, size_t gap, int has_bias) {
  enum { COUNT = 50, STRIDE = 64 };
  fk_staged_document d = make_document(2);
  uint32_t *entries = make_entries(2 * length, length, gap);
  int16_t *bias = has_bias ? memory_words(STRIDE, gap, 7) : NULL;
  d.light_count = 2;
  d.bias_multiplier = 300;
  for (uint32_t i = 0; i < 2; i++) {
    d.starts[i] = i * (uint32_t)length;
    d.lengths[i] = (uint32_t)length;
    d.factors[i] = i ? -32767 : 1234;
  }
  int16_t *found = memory_words(STRIDE, gap, 8), *wanted = memory_words(STRIDE, gap, 8);
  fk_staged_for(level)->scatter(&d, entries, bias, found, COUNT);
  fk_staged_for(FK_SIMD_SCALAR)->scatter(&d, entries, bias, wanted, COUNT);
  check_bytes("scatter", found, wanted, STRIDE * sizeof *found);
  memory_check();
}

enum { PROTOTYPES = 100, STRIDE = 128, FEATURES = 16 };

/* Even features are rows of codes, odd ones lists of every fifth prototype. */
typedef struct {
  fk_staged_feature features[FEATURES];
  int8_t *codes;
  uint32_t *entries;
  double values[FEATURES][PROTOTYPES];
} prototype_index;

static void make_row(prototype_index *index, size_t f, uint64_t *state) {
  fk_staged_feature *feature = &index->features[f];
  *feature = (fk_staged_feature){(uint32_t)f / 2, FK_STAGED_ROW, (float)random_below(state, 100) / 100,
                                 (float)(1 + random_below(state, 99)) / 9999};
  const int8_t *row = index->codes + f / 2 * STRIDE;
  for (size_t p = 0; p < PROTOTYPES; p++) {
    const int8_t *block = row + p / 64 * 64;
    size_t lane = p % 64;
    double code = lane < 32 ? block[2 * lane] : block[2 * lane - 63] + (uint8_t)block[2 * lane - 64] / 256.0;
    index->values[f][p] = (double)feature->base + feature->step * code;
  }
}

static void make_list(prototype_index *index, size_t f, uint64_t *state) {
  enum { LENGTH = PROTOTYPES / 5 };
  uint32_t place = (uint32_t)(f / 2 * LENGTH);
  index->features[f] = (fk_staged_feature){place, LENGTH, 0, 1e-5f};
  for (uint32_t i = 0; i < LENGTH; i++) {
    int code = (int)random_below(state, 65535) - 32767;
    index->entries[place + i] = 5 * i | (uint32_t)(uint16_t)code << 16;
    index->values[f][5 * i] = (double)1e-5f * code;
  }
}

static void make_index(prototype_index *index, uint64_t *state) {
  memset(index, 0, sizeof *index);
  index->codes = memory_codes(FEATURES / 2 * STRIDE, 0, *state);
  index->entries = memory_array(FEATURES / 2 * (PROTOTYPES / 5), sizeof *index->entries, 0);
  for (size_t f = 0; f < FEATURES; f++) (f % 2 ? make_list : make_row)(index, f, state);
}

static float longest(const prototype_index *index) {
  double most = 0;
  for (size_t p = 0; p < PROTOTYPES; p++) {
    double square = 0;
    for (size_t f = 0; f < FEATURES; f++) square += index->values[f][p] * index->values[f][p];
    most = fmax(most, square);
  }
  return (float)(sqrt(most) * 1.0001);
}

/* Plan, lists and rows together: the sums are within the document's slack of the scores. */
static void slack(int level, size_t terms, uint64_t seed, int is_ordered) {
  check_case("staged, slack, %zu terms", terms);
  static prototype_index index;
  make_index(&index, &seed);
  fk_staged_scale scale = {index.features, 0, 0, longest(&index)};
  fk_staged_document d = make_document(terms);
  float *x = memory_fractions(terms, 0, seed);
  size_t *numbers = memory_array(terms, sizeof *numbers, 0);
  for (size_t t = 0; t < terms; t++) numbers[t] = (t * 7 + seed) % FEATURES;
  fk_staged_for(level)->plan(&scale, numbers, x, terms, &d);
  check("the document can be represented", d.scale > 0 && d.heavy_count + d.light_count == terms);
  if (is_ordered) fk_staged_for(level)->order(&scale, numbers, x, terms, &d);
  int16_t *sums = memory_array(STRIDE, sizeof *sums, 0);
  fk_staged_for(level)->scatter(&d, index.entries, NULL, sums, PROTOTYPES);
  fk_staged_for(level)->add_rows(index.codes, STRIDE, d.rows, d.multipliers, d.heavy_count, sums, PROTOTYPES);
  for (size_t p = 0; p < PROTOTYPES; p++) {
    double score = 0;
    for (size_t t = 0; t < terms; t++) score += (double)x[t] * index.values[numbers[t]][p];
    check_near("sum", sums[p] + (double)d.offsets[d.heavy_count], score * (double)d.scale, (double)d.slack);
  }
  memory_check();
}

void test_staged(int level) {
  FOR_EACH(gap, gaps) {
    FOR_EACH(count, counts) {
      for (size_t terms = 0; terms <= 5; terms++) {
        check_case("staged, rows of %zu prototypes, %zu terms, gap %zu", count, terms, gap);
        rows(level, count, terms, gap);
      }
    }
    FOR_EACH(count, block_counts) {
      for (unsigned rest = 0; rest < 65536; rest += 13107) {
        check_case("staged, survivors of %zu, rest %u, gap %zu", count, rest, gap);
        survivors(level, count, (uint16_t)rest, gap);
      }
    }
    FOR_EACH(length, list_lengths) {
      check_case("staged, lists of %zu, gap %zu", length, gap);
      lists(level, length, gap, 0);
      lists(level, length, gap, 1);
    }
  }
  for (uint64_t terms = 0; terms < FEATURES; terms++)
    for (int is_ordered = 0; is_ordered < 2; is_ordered++) slack(level, terms, terms + 60, is_ordered);
}
