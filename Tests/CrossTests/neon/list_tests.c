#include <math.h>
#include <string.h>

#include "check.h"
#include "families.h"
#include "fk_lists.h"
#include "memory.h"
#include "sparse_rows.h"

enum { CLASSES = 300, FEATURES = 40, COMMON = 4, LISTED = FEATURES - COMMON, ROWS = 20, TERMS = 12 };

/* A model of classes of one to three lanes: every fourth class at a listed feature, every lane at a common one. */
typedef struct {
  fk_weight_lists weights;
  uint32_t slots[FEATURES];
  int32_t class_of[3 * CLASSES];
  int64_t class_start[CLASSES + 1];
  fk_weight_list list[LISTED];
  uint32_t lane[LISTED][3 * CLASSES];
  float weight[LISTED][3 * CLASSES];
} model;

static float fraction(uint64_t *seed) { return (float)random_below(seed, 4001) / 1000 - 1.5f; }

static void make(model *m, uint64_t seed) {
  size_t lanes = 0;
  for (int32_t c = 0; c < CLASSES; c++) {
    m->class_start[c] = (int64_t)lanes;
    for (uint64_t k = 1 + random_below(&seed, 3); k > 0; k--) m->class_of[lanes++] = c;
  }
  m->class_start[CLASSES] = (int64_t)lanes;
  size_t stride = (lanes + FK_LISTS_TILE - 1) / FK_LISTS_TILE * FK_LISTS_TILE;
  m->weights = (fk_weight_lists){.lanes = lanes, .stride = stride, .tile = seed % 2 ? stride : FK_LISTS_TILE, .common = COMMON, .slot = m->slots, .list = m->list,
                                 .class_of = m->class_of, .class_start = m->class_start};
  m->weights.cells = memory_floats(COMMON * stride, 0, 0);
  m->weights.block_largest = memory_floats(COMMON * stride / FK_LISTS_BLOCK, 0, 0);
  m->weights.magnitude = memory_floats(COMMON, 0, 0);
  for (uint32_t f = 0; f < FEATURES; f++) m->slots[f] = (f + COMMON) % FEATURES;
  for (size_t f = 0; f < COMMON; f++)
    for (size_t l = 0; l < lanes; l++)
      m->weights.cells[(l / m->weights.tile * COMMON + f) * m->weights.tile + l % m->weights.tile] = fraction(&seed);
  for (size_t f = 0; f < LISTED; f++) {
    fk_weight_list *list = &m->list[f];
    *list = (fk_weight_list){m->lane[f], m->weight[f], 0, 3 * CLASSES};
    for (size_t l = 0; l < lanes; l++)
      if (((size_t)m->class_of[l] + f) % 4 == 0) {
        list->lane[list->count] = (uint32_t)l;
        list->weight[list->count++] = fraction(&seed);
      }
  }
  fk_lists_bound(&m->weights, 0, COMMON);
}

static fk_lists_scratch make_scratch(const model *m) {
  return (fk_lists_scratch){memory_floats(m->weights.stride, 0, 0), memory_floats(m->weights.stride / FK_LISTS_BLOCK, 0, 0),
                            memory_array(m->weights.stride + 16, sizeof(uint32_t), 0), memory_floats(3, 0, 0)};
}

static void document(uint32_t *columns, float *values, uint64_t seed) {
  for (uint32_t k = 0; k < TERMS; k++) {
    columns[k] = (uint32_t)((k * 3 + random_below(&seed, 3)) % FEATURES);
    values[k] = (float)random_below(&seed, 1000) / 1000;
  }
}

static void scores_and_rivals(int level, uint64_t seed, float least) {
  check_case("lists, seed %d, least %g", (int)seed, (double)least);
  static model m;
  use_level(level);
  make(&m, seed);
  fk_lists_scratch scratch = make_scratch(&m);
  size_t stride = m.weights.stride;
  float *found = memory_floats(stride, 0, NAN), *wanted = memory_floats(stride, 0, NAN);
  for (uint64_t r = 0; r < ROWS; r++) {
    uint32_t columns[TERMS], entries[TERMS];
    float values[TERMS], entry_values[TERMS];
    document(columns, values, seed * ROWS + r);
    fk_lists_row row = fk_lists_split(&m.weights, columns, values, TERMS, entries, entry_values);
    use_level(FK_SIMD_SCALAR);
    fk_lists_scores(&m.weights, &row, 1, least, &scratch, wanted);
    use_level(level);
    fk_lists_scores(&m.weights, &row, 1, least, &scratch, found);
    check_floats("lists_scores and scalar", found, wanted, stride);
    if (least > 0) continue;
    const fk_refine_loss loss = {1, 4, 0.7f, 0.05f};
    const fk_refine_document question = {1, (int32_t)(r % CLASSES), NULL, 1, NULL};
    fk_refine_contest all, bounded;
    fk_refine_find(found, m.weights.lanes, m.class_of, m.class_start, &question, &loss, &all);
    fk_lists_find(&m.weights, &row, &question, &loss, &scratch, &bounded);
    check("own lane", all.own == bounded.own && all.own_score == bounded.own_score);
    check("rivals", all.count == bounded.count && memcmp(all.lane, bounded.lane, all.count * sizeof *all.lane) == 0 &&
                        memcmp(all.score, bounded.score, all.count * sizeof *all.score) == 0);
  }
  memory_check();
}

/* Moves of a class that a feature has and of one that it lacks, as on the scalar level. */
static void moves(int level, uint64_t seed) {
  check_case("lists, moves, seed %d", (int)seed);
  static model m[2];
  uint32_t columns[TERMS];
  float values[TERMS];
  document(columns, values, seed);
  for (int side = 0; side < 2; side++) {
    use_level(side ? level : FK_SIMD_SCALAR);
    make(&m[side], seed);
    fk_refine_move list[6];
    size_t count = 0;
    for (int32_t c = 8; c < 10; c++)
      for (int64_t l = m[side].class_start[c]; l < m[side].class_start[c + 1]; l++)
        list[count++] = (fk_refine_move){(uint32_t)l, c == 8 ? 0.7f : -0.3f};
    size_t end = fk_lists_move(&m[side].weights, columns, values, NULL, 0, TERMS, list, count, 0.3f, 0, 1);
    check("all entries", end == TERMS);
  }
  check_floats("cells", m[1].weights.cells, m[0].weights.cells, COMMON * m[0].weights.stride);
  for (size_t f = 0; f < LISTED; f++) {
    check("lanes", m[0].list[f].count == m[1].list[f].count &&
                       memcmp(m[0].list[f].lane, m[1].list[f].lane, m[0].list[f].count * sizeof(uint32_t)) == 0);
    check_floats("weights", m[1].list[f].weight, m[0].list[f].weight, m[0].list[f].count);
  }
  memory_check();
}

void test_lists(int level) {
  for (uint64_t seed = 0; seed < 6; seed++) {
    scores_and_rivals(level, seed, 0);
    scores_and_rivals(level, seed, 0.5f);
    moves(level, seed);
  }
}
