#include <math.h>

#include "check.h"
#include "families.h"
#include "fk_codes.h"
#include "memory.h"

/* Round halves of a block, blocks, and four blocks at once. */
static const size_t counts[] = {1, 31, 32, 33, 63, 64, 65, 127, 128, 129, 191, 192, 255, 256, 257, 320, 449};
static const size_t block_counts[] = {0, 64, 128, 192, 256, 320};
static const size_t term_counts[] = {0, 1, 2, 6};
static const size_t gaps[] = {0, 1};
enum { FEATURES = 8 };

static size_t padded(size_t count) { return (count + FK_CODE_BLOCK - 1) / FK_CODE_BLOCK * FK_CODE_BLOCK; }

/* Different features: a plan counts on that. */
static size_t *numbers_of(size_t terms, uint64_t seed) {
  size_t *out = memory_array(terms, sizeof *out, 0);
  for (size_t t = 0; t < terms; t++) out[t] = (3 * t + seed) % FEATURES;
  return out;
}

/* round(a * b / 2^15), halves up. */
static int scaled(int a, int b) { return (int)floor((double)a * b / 32768 + 0.5); }

/* The word of a prototype in a row of codes, by the layout in fk_codes.h. */
static int word(const int8_t *row, size_t p) {
  const int8_t *block = row + p / FK_CODE_BLOCK * FK_CODE_BLOCK;
  size_t lane = p % FK_CODE_BLOCK;
  if (lane < 32) return block[2 * lane] * 256;
  return block[2 * (lane - 32) + 1] * 256 + (uint8_t)block[2 * (lane - 32)];
}

static void sums(int level, size_t count, size_t terms, size_t gap, int has_bias) {
  size_t stride = padded(count);
  int8_t *codes = memory_codes(FEATURES * stride, gap, 1);
  size_t *numbers = numbers_of(terms, count);
  int16_t *multipliers = memory_words(terms, gap, 3), *bias = has_bias ? memory_words(stride, gap, 4) : NULL;
  /* The largest products there are; the sums wrap around. */
  if (terms > 1) multipliers[0] = 32767, multipliers[1] = -32767;
  int16_t *found = memory_words(stride, gap, 5), *wanted = memory_words(stride, gap, 5);
  int16_t *defined = memory_array(stride, sizeof *defined, gap);
  for (size_t p = 0; p < stride; p++) {
    int sum = has_bias ? scaled(bias[p], 777) : 0;
    for (size_t t = 0; t < terms; t++) sum += scaled(word(codes + numbers[t] * stride, p), multipliers[t]);
    defined[p] = p < count ? (int16_t)(uint16_t)sum : INT16_MIN;
  }
  int16_t top = fk_codes_for(level)->accumulate(codes, stride, numbers, multipliers, terms, bias, 777, found, count);
  int16_t wanted_top = fk_codes_for(FK_SIMD_SCALAR)
                           ->accumulate(codes, stride, numbers, multipliers, terms, bias, 777, wanted, count);
  check_bytes("accumulate and scalar", found, wanted, stride * sizeof *found);
  check_bytes("accumulate and definition", found, defined, stride * sizeof *found);
  check("largest sum", top == wanted_top && top == fk_codes_for(FK_SIMD_SCALAR)->largest(wanted, stride));
  memory_check();
}

static void positions(int level, size_t count, size_t gap) {
  const fk_code_kernels *kernels = fk_codes_for(level), *plain = fk_codes_for(FK_SIMD_SCALAR);
  const size_t limits[] = {0, 1, 5, count};
  for (int i = 0; i < 6; i++) {
    int16_t *sums = memory_words(count, gap, count);
    /* The first is met exactly. */
    const int16_t thresholds[] = {count > 0 ? sums[count / 2] : 0, INT16_MIN, -32767, 1000, 32000, INT16_MAX};
    check("largest", kernels->largest(sums, count) == plain->largest(sums, count));
    FOR_EACH(limit, limits) {
      uint32_t *found = memory_array(limit, sizeof *found, gap), *wanted = memory_array(limit, sizeof *wanted, gap);
      size_t number = kernels->at_least(sums, count, thresholds[i], found, limit);
      check("how many", number == plain->at_least(sums, count, thresholds[i], wanted, limit));
      check_bytes("at_least", found, wanted, number * sizeof *found);
    }
    memory_check();
  }
}

/* The largest length of a prototype whose codes are all but its features' steps. */
static float longest(const int8_t *codes, size_t stride, const fk_code_feature *features, size_t count) {
  double most = 0;
  for (size_t p = 0; p < count; p++) {
    double square = 0;
    for (size_t f = 0; f < FEATURES; f++) {
      double value = (double)features[f].base + features[f].step * (word(codes + f * stride, p) / 256.0);
      square += value * value;
    }
    most = fmax(most, square);
  }
  return (float)(sqrt(most) * 1.0001);
}

/* Whatever the level makes of a document, the sums are within its own slack of the scores. */
static void slack(int level, size_t terms, uint64_t seed) {
  enum { COUNT = 100, STRIDE = 128 };
  check_case("codes, slack, %zu terms, seed %d", terms, (int)seed);
  int8_t *codes = memory_codes(FEATURES * STRIDE, 0, seed);
  fk_code_feature features[FEATURES];
  for (size_t f = 0; f < FEATURES; f++)
    features[f] = (fk_code_feature){(float)random_below(&seed, 100) / 100, (float)(1 + random_below(&seed, 99)) / 9999};
  int16_t *bias = memory_words(STRIDE, 0, seed), *multipliers = memory_array(terms, sizeof *multipliers, 0);
  int16_t *sums = memory_array(STRIDE, sizeof *sums, 0);
  size_t *numbers = numbers_of(terms, seed);
  float *x = memory_fractions(terms, 0, seed), step = seed % 2 ? 1e-4f : 0;
  fk_code_scale scale = {features, step > 0 ? bias : NULL, step, step * 32767, longest(codes, STRIDE, features, COUNT)};
  fk_code_plan plan = fk_codes_for(level)->plan(&scale, numbers, x, terms, multipliers);
  check("the document can be represented", plan.scale > 0);
  fk_codes_for(level)->accumulate(codes, STRIDE, numbers, multipliers, terms, scale.bias, plan.bias_multiplier, sums,
                                  COUNT);
  for (size_t p = 0; p < COUNT; p++) {
    double score = (double)step * bias[p];
    for (size_t t = 0; t < terms; t++) {
      const fk_code_feature *f = features + numbers[t];
      score += x[t] * ((double)f->base + f->step * (word(codes + numbers[t] * STRIDE, p) / 256.0));
    }
    check_near("sum", sums[p], (score - (double)plan.offset) * (double)plan.scale, (double)plan.slack);
  }
  memory_check();
}

void test_codes(int level) {
  FOR_EACH(gap, gaps) {
    FOR_EACH(count, counts) {
      FOR_EACH(terms, term_counts) {
        check_case("codes, %zu prototypes, %zu terms, gap %zu", count, terms, gap);
        sums(level, count, terms, gap, 0);
        sums(level, count, terms, gap, 1);
      }
    }
    FOR_EACH(count, block_counts) {
      check_case("codes, positions of %zu, gap %zu", count, gap);
      positions(level, count, gap);
    }
  }
  for (uint64_t seed = 0; seed < 36; seed++) slack(level, seed % (FEATURES + 1), seed);
}
