#include <math.h>

#include "check.h"
#include "families.h"
#include "fk_refine.h"
#include "memory.h"
#include "sparse_rows.h"

static const size_t strides[] = {8, 16, 24, 32, 40, 64, 72, 120, 128, 136, 256, 264, 504, 520};
static const size_t term_counts[] = {0, 1, 5, 6, 7, 20};
static const size_t gaps[] = {0, 1};

static void scores(int level, size_t stride, size_t terms, size_t gap) {
  check_case("refine, scores, stride %zu, %zu terms, gap %zu", stride, terms, gap);
  float *table = memory_fractions(25 * stride, gap, stride), *values = memory_fractions(terms, gap, terms);
  float *found = memory_floats(stride, gap, NAN), *wanted = memory_floats(stride, gap, NAN);
  float *defined = memory_floats(stride, gap, 0);
  uint32_t *columns = memory_array(terms, sizeof *columns, gap);
  for (size_t k = 0; k < terms; k++) {
    columns[k] = (uint32_t)(24 - k);
    for (size_t l = 0; l < stride; l++) defined[l] = fmaf(values[k], table[columns[k] * stride + l], defined[l]);
  }
  use_level(FK_SIMD_SCALAR);
  fk_refine_scores(columns, values, terms, table, stride, wanted);
  use_level(level);
  fk_refine_scores(columns, values, terms, table, stride, found);
  check_floats("refine_scores and scalar", found, wanted, stride);
  check_floats("refine_scores and definition", found, defined, stride);
  memory_check();
}

enum { CLASSES = 5, LANES = 75 };
static const int64_t class_start[CLASSES + 1] = {0, 3, 4, 70, 73, LANES};

typedef struct {
  fk_refine_move *moves;
  size_t count;
  float loss;
  int is_right;
} answer;

static answer ask(const float *score, int32_t own, float sharpness) {
  int32_t class_of_lane[LANES];
  for (int32_t c = 0; c < CLASSES; c++)
    for (int64_t l = class_start[c]; l < class_start[c + 1]; l++) class_of_lane[l] = c;
  const fk_refine_loss loss = {1, sharpness, 0, 1e-3f};
  const fk_refine_document document = {0.5f, own, NULL, 1, NULL};
  fk_refine_contest contest;
  fk_refine_find(score, LANES, class_of_lane, class_start, &document, &loss, &contest);
  answer a = {memory_array(FK_REFINE_RIVALS + 1, sizeof *a.moves, 0), 0, NAN, -1};
  a.count = fk_refine_moves(&contest, class_of_lane, class_start, &loss, a.moves, FK_REFINE_RIVALS + 1, &a.loss,
                            &a.is_right);
  return a;
}

/* The best lane of the class, or the best of all others. */
static size_t best_lane(const float *score, int32_t class, int is_inside) {
  size_t best = LANES;
  for (size_t l = 0; l < LANES; l++) {
    int lies_inside = (int64_t)l >= class_start[class] && (int64_t)l < class_start[class + 1];
    if (lies_inside == is_inside && (best == LANES || score[l] > score[best])) best = l;
  }
  return best;
}

/* The lane with the best score leads, ties to the lower one; so the answer is right or wrong. */
static void leading(uint64_t seed) {
  check_case("refine, leading lanes, seed %d", (int)seed);
  /* Every other time with ties: the lower lane wins. */
  float *score = (seed / CLASSES % 2 ? memory_whole_numbers : memory_fractions)(LANES, 0, seed);
  int32_t class = (int32_t)(seed % CLASSES);
  size_t own = best_lane(score, class, 1), rival = best_lane(score, class, 0);
  answer a = ask(score, class, 4);
  check("right or wrong", a.is_right == (score[own] > score[rival] || (score[own] == score[rival] && own < rival)));
  if (a.count > 1) {
    check("own lane", a.moves[0].lane == own && a.moves[0].factor > 0);
    check("the best rival's lane", a.moves[1].lane == rival && a.moves[1].factor < 0);
  }
  memory_check();
}

/* The smooth loss with few rivals near: log(1 + sum exp(sharpness (margin + rival - own))) / sharpness. */
static void smooth(uint64_t seed) {
  check_case("refine, smooth, seed %d", (int)seed);
  float *score = memory_floats(LANES, 0, -50), sharpness = 3;
  int32_t class = (int32_t)(seed % CLASSES);
  size_t own = (size_t)class_start[class];
  size_t first = (size_t)class_start[(class + 1) % CLASSES], second = (size_t)class_start[(class + 3) % CLASSES];
  score[own] = 2, score[first] = 1.5f, score[second] = (float)seed / 10;
  /* Another lane of a rival class is no rival. */
  if ((class + 1) % CLASSES != 1) score[first + 1] = 1.25f;
  double terms[2] = {exp(3 * (1 + 0.5 * 1.5 - 1)), exp(3 * (1 + 0.5 * (double)score[second] - 1))};
  double total = 1 + terms[0] + terms[1];
  answer a = ask(score, class, sharpness);
  check_near("loss", (double)a.loss, log(total) / 3, 1e-5);
  check("three moves", a.count == 3 && a.moves[0].lane == own);
  int second_leads = score[second] > score[first] || (score[second] == score[first] && second < first);
  check("the best rival leads", a.count > 1 && a.moves[1].lane == (second_leads ? second : first));
  for (size_t i = 1; i < a.count; i++) {
    double wanted = (a.moves[i].lane == first ? terms[0] : terms[1]) / total;
    check("a rival", a.moves[i].lane == first || a.moves[i].lane == second);
    check_near("factor", (double)-a.moves[i].factor, wanted, 1e-5);
  }
  if (a.count > 0) check_near("own factor", (double)a.moves[0].factor, (terms[0] + terms[1]) / total, 1e-5);
  memory_check();
}

/* A product and a sum are two roundings on every machine. */
static void application(size_t begin, size_t end) {
  enum { STRIDE = 24, TERMS = 200 };
  check_case("refine, application to lanes %zu to %zu", begin, end);
  uint32_t *columns = memory_array(TERMS, sizeof *columns, 0);
  float *values = memory_fractions(TERMS, 0, 1), *found = memory_fractions(TERMS * STRIDE, 0, 2);
  float *defined = memory_copy(found, TERMS * STRIDE, sizeof(float), 0);
  const fk_refine_move moves[] = {{3, 0.7f}, {16, -0.3f}, {23, -0.4f}};
  for (uint32_t k = 0; k < TERMS; k++) {
    columns[k] = TERMS - 1 - k;
    volatile float step = 1.7f * values[k];
    for (size_t m = 0; m < 3; m++) {
      volatile float change = step * moves[m].factor;
      if (moves[m].lane >= begin && moves[m].lane < end) defined[columns[k] * STRIDE + moves[m].lane] += change;
    }
  }
  fk_refine_apply(columns, values, TERMS, moves, 3, 1.7f, found, STRIDE, begin, end);
  check_floats("refine_apply", found, defined, TERMS * STRIDE);
  memory_check();
}

void test_refine(int level) {
  FOR_EACH(gap, gaps) {
    use_level(level);
    FOR_EACH(stride, strides) {
      FOR_EACH(terms, term_counts) { scores(level, stride, terms, gap); }
    }
  }
  for (uint64_t seed = 0; seed < 100; seed++) leading(seed);
  for (uint64_t seed = 0; seed <= 20; seed++) smooth(seed);
  application(0, 24);
  application(0, 16);
  application(16, 24);
}
