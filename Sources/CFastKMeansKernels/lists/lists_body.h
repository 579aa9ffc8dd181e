/* The functions whose meaning is the same text for every instruction set, as in local/table_body.h: vectors of 16 floats,
 * which the compiler cuts into the registers that a level has. A product and a sum are two roundings everywhere.
 *
 * The including file defines FK_NAME(function) and FK_TARGET, the attribute of its level; and FK_GATHERS if it brings
 * add_weights, add_list, may_be_above and forget, whose meaning is the text below. */
#include <math.h>
#include <string.h>

#include "../refine/contest.h"

#pragma clang fp contract(off)

typedef float v16f __attribute__((vector_size(64), aligned(4), may_alias));
typedef int32_t v16i __attribute__((vector_size(64), aligned(4), may_alias));
typedef _Bool v16b __attribute__((ext_vector_type(16)));

#define INLINE static inline __attribute__((always_inline)) FK_TARGET
#define LOAD(p) (*(const v16f *)(p))
#define STORE(p, v) (*(v16f *)(p) = (v))
#define ALL(x) ((v16f){} + (x))

/* A bit for each of the 16 results of a comparison. */
INLINE unsigned bits_of(const v16i *mask) {
  v16b bits = __builtin_convertvector(*mask, v16b);
  uint16_t answer;
  memcpy(&answer, &bits, sizeof answer);
  return answer;
}

INLINE float listed_sum(const float *sum, size_t lane) { return sum[lane] == TOUCHED ? 0 : sum[lane]; }

/* Where the cells of a lane begin: that of a feature lies `tile` times its number further. */
INLINE size_t cell_of(const fk_weight_lists *w, size_t lane) {
  return lane / w->tile * w->common * w->tile + lane % w->tile;
}

INLINE float common_sum(const fk_weight_lists *w, const fk_lists_row *row, size_t lane) {
  const float *cell = w->cells + cell_of(w, lane);
  float sum = 0;
  for (size_t k = row->listed; k < row->count; k++) sum += row->value[k] * cell[(size_t)row->entry[k] * w->tile];
  return sum;
}

#define KEPT(weight, least) ((v16f)((v16i)(weight) & (v16i)((v16f)((v16i)(weight) & 0x7FFFFFFF) >= ALL(least))))

#ifndef FK_GATHERS
/* Adds x times a list to the sums; weights of a magnitude below `least` count as 0 if it prunes. */
INLINE void add_weights(const fk_weight_list *list, float x, const int prunes, float least, float *sum) {
  for (uint32_t j = 0; j < list->count; j++) {
    float weight = list->weight[j];
    if (prunes && fabsf(weight) < least) continue;
    sum[list->lane[j]] += x * weight;
  }
}

/* The same, which notes the lanes whose sum was 0; returns how many are noted now. */
INLINE size_t add_list(const fk_weight_list *list, float x, float *sum, uint32_t *lanes, size_t touched) {
  for (uint32_t j = 0; j < list->count; j++) {
    uint32_t lane = list->lane[j];
    float before = sum[lane], after = before + x * list->weight[j];
    lanes[touched] = lane;
    touched += before == 0;
    sum[lane] = after == 0 ? TOUCHED : after;
  }
  return touched;
}

/* A bit for each of up to 16 touched lanes: whether it may be above the floor. */
INLINE unsigned may_be_above(const uint32_t *lanes, size_t count, const float *sum, const float *bound, float slack,
                             float floor) {
  unsigned mask = 0;
  for (size_t i = 0; i < count; i++) {
    float listed = listed_sum(sum, lanes[i]), most = listed + bound[lanes[i] / FK_LISTS_BLOCK] + slack;
    mask |= (unsigned)!(most + 1e-6f * fabsf(listed) <= floor) << i;
  }
  return mask;
}

INLINE void forget(const uint32_t *lanes, size_t count, float *sum) {
  for (size_t t = 0; t < count; t++) sum[lanes[t]] = 0;
}
#endif

/* Asks for lists that come later: their heads first, then where they begin. */
INLINE void ask_ahead(const fk_weight_lists *w, const fk_lists_row *row, size_t k) {
  if (k + 8 < row->listed) __builtin_prefetch(w->list + row->entry[k + 8]);
  if (k + 3 < row->listed) {
    const fk_weight_list *later = w->list + row->entry[k + 3];
    for (size_t line = 0; line < 2; line++) {
      __builtin_prefetch(later->lane + 16 * line);
      __builtin_prefetch(later->weight + 16 * line);
    }
  }
}

/* The common part of all rows, tile by tile: a tile stays in the second-level cache. */
INLINE void common_scores(const fk_weight_lists *w, const fk_lists_row *row, size_t rows, float *score, const int prunes,
                          float least) {
  for (size_t lane = 0; lane < w->stride; lane += FK_LISTS_TILE) {
    const float *cells = w->cells + cell_of(w, lane);
    for (size_t r = 0; r < rows; r++) {
      v16f sum[4] = {ALL(0), ALL(0), ALL(0), ALL(0)};
      for (size_t k = row[r].listed; k < row[r].count; k++) {
        const float *cell = cells + (size_t)row[r].entry[k] * w->tile;
        v16f x = ALL(row[r].value[k]);
        for (int i = 0; i < 4; i++) {
          v16f weight = LOAD(cell + 16 * i);
          sum[i] = sum[i] + x * (prunes ? KEPT(weight, least) : weight);
        }
      }
      float *out = score + r * w->stride + lane;
      for (int i = 0; i < 4; i++) STORE(out + 16 * i, sum[i]);
    }
  }
}

INLINE void all_scores(const fk_weight_lists *w, const fk_lists_row *row, size_t rows, const fk_lists_scratch *scratch,
                       float *score, const int prunes, float least) {
  common_scores(w, row, rows, score, prunes, least);
  float *sum = scratch->sum;
  for (size_t r = 0; r < rows; r++) {
    if (row[r].listed == 0) continue;
    for (size_t k = 0; k < row[r].listed; k++) {
      ask_ahead(w, row + r, k);
      add_weights(w->list + row[r].entry[k], row[r].value[k], prunes, least, sum);
    }
    float *out = score + r * w->stride;
    for (size_t l = 0; l < w->stride; l += 16) {
      STORE(out + l, LOAD(sum + l) + LOAD(out + l));
      STORE(sum + l, ALL(0));
    }
  }
}

FK_TARGET void FK_NAME(fk_lists_scores)(const fk_weight_lists *w, const fk_lists_row *row, size_t rows, float least,
                                        const fk_lists_scratch *scratch, float *score) {
  if (least > 0)
    all_scores(w, row, rows, scratch, score, 1, least);
  else
    all_scores(w, row, rows, scratch, score, 0, 0);
}

/* Adds up the listed features; returns how many lanes were touched. */
INLINE size_t add_lists(const fk_weight_lists *w, const fk_lists_row *row, const fk_lists_scratch *scratch) {
  size_t touched = 0;
  for (size_t k = 0; k < row->listed; k++) {
    ask_ahead(w, row, k);
    touched = add_list(w->list + row->entry[k], row->value[k], scratch->sum, scratch->touched, touched);
  }
  return touched;
}

/* For each block what its lanes' common parts are at most; returns how far roundings may carry a score beyond. */
INLINE float bound_blocks(const fk_weight_lists *w, const fk_lists_row *row, float *bound) {
  size_t blocks = w->stride / FK_LISTS_BLOCK;
  float magnitude = 0;
  memset(bound, 0, blocks * sizeof *bound);
  for (size_t k = row->listed; k < row->count; k++) {
    const float *largest = w->block_largest + (size_t)row->entry[k] * blocks;
    float x = row->value[k];
    magnitude += x * w->magnitude[row->entry[k]];
    for (size_t b = 0; b < blocks; b++) bound[b] += x * largest[b];
  }
  return magnitude * 1e-6f * (float)(row->count - row->listed + 4);
}

FK_TARGET size_t FK_NAME(fk_lists_find)(const fk_weight_lists *w, const fk_lists_row *row,
                                        const fk_refine_document *document, const fk_refine_loss *loss,
                                        const fk_lists_scratch *scratch, fk_refine_contest *contest) {
  size_t own_begin = (size_t)w->class_start[document->own_class];
  size_t own_end = (size_t)w->class_start[document->own_class + 1];
  size_t scored = own_end - own_begin, touched = add_lists(w, row, scratch);
  float *sum = scratch->sum, *bound = scratch->bound;
  for (size_t l = own_begin; l < own_end; l++) scratch->own[l - own_begin] = listed_sum(sum, l) + common_sum(w, row, l);
  fk_refine_lanes lanes;
  if (fk_refine_open(contest, scratch->own, own_begin, own_end, w->class_of, document, loss, &lanes)) {
    float slack = bound_blocks(w, row, bound), floor = lanes.threshold;
    size_t blocks = w->stride / FK_LISTS_BLOCK;
    for (size_t first = 0; first < touched; first += 16) {
      size_t count = touched - first < 16 ? touched - first : 16;
      unsigned mask = may_be_above(scratch->touched + first, count, sum, bound, slack, floor);
      for (; mask; mask &= mask - 1) {
        uint32_t lane = scratch->touched[first + (size_t)__builtin_ctz(mask)];
        if (lane >= own_begin && lane < own_end) continue;
        if (!may_be_above(&lane, 1, sum, bound, slack, floor)) continue; /* the floor has risen */
        scored++;
        float score = listed_sum(sum, lane) + common_sum(w, row, lane);
        if (score <= floor) continue;
        fk_refine_offer(contest, &lanes, lane, score * document->scale);
        floor = fk_refine_floor(&lanes, contest);
      }
    }
    for (size_t first = 0; first < blocks; first += 16) {
      unsigned mask;
      if (first + 16 <= blocks) {
        v16i matters = LOAD(bound + first) + ALL(slack) > ALL(floor);
        mask = bits_of(&matters);
      } else {
        mask = 0;
        for (size_t b = first; b < blocks; b++) mask |= (unsigned)(bound[b] + slack > floor) << (b - first);
      }
      for (; mask; mask &= mask - 1) {
        size_t block = first + (size_t)__builtin_ctz(mask), begin = block * FK_LISTS_BLOCK;
        if (bound[block] + slack <= floor) continue;
        scored += FK_LISTS_BLOCK;
        const float *cells = w->cells + cell_of(w, begin);
        v16f score = ALL(0);
        for (size_t k = row->listed; k < row->count; k++)
          score = score + ALL(row->value[k]) * LOAD(cells + (size_t)row->entry[k] * w->tile);
        v16i is_above = score > ALL(floor);
        for (unsigned above = bits_of(&is_above); above; above &= above - 1) {
          size_t lane = begin + (size_t)__builtin_ctz(above);
          if (lane >= w->lanes || sum[lane] != 0 || (lane >= own_begin && lane < own_end)) continue;
          if (score[lane - begin] <= floor) continue;
          fk_refine_offer(contest, &lanes, (uint32_t)lane, score[lane - begin] * document->scale);
          floor = fk_refine_floor(&lanes, contest);
        }
      }
    }
  }
  forget(scratch->touched, touched, sum);
  return scored;
}

/* Where a lane stands in a list; its count if it does not. */
INLINE uint32_t place_of(const fk_weight_list *list, uint32_t lane) {
  uint32_t j = 0;
  v16i wanted = (v16i){} + (int32_t)lane;
  for (; j + 16 <= list->count; j += 16) {
    v16i is_wanted = *(const v16i *)(list->lane + j) == wanted;
    unsigned found = bits_of(&is_wanted);
    if (found) return j + (uint32_t)__builtin_ctz(found);
  }
  for (; j < list->count; j++)
    if (list->lane[j] == lane) return j;
  return list->count;
}

/* Moves looked up at a time. */
enum { MOVES = 64 };

INLINE void move_common(fk_weight_lists *w, uint32_t feature, const fk_refine_move *moves, const size_t *cell,
                        size_t count, float step) {
  float *cells = w->cells + (size_t)feature * w->tile;
  if (!w->block_largest) {
    for (size_t m = 0; m < count; m++) cells[cell[m]] += step * moves[m].factor;
    return;
  }
  float *largest = w->block_largest + (size_t)feature * (w->stride / FK_LISTS_BLOCK);
  for (size_t m = 0; m < count; m++) {
    size_t block = moves[m].lane / FK_LISTS_BLOCK;
    float weight = cells[cell[m]] + step * moves[m].factor;
    cells[cell[m]] = weight;
    if (weight > largest[block]) largest[block] = weight;
    if (fabsf(weight) > w->magnitude[feature]) w->magnitude[feature] = fabsf(weight);
  }
}

/* Whether there was room. */
INLINE int move_listed(const fk_weight_lists *w, fk_weight_list *list, const fk_refine_move *moves, size_t count,
                       float step) {
  uint32_t place[FK_REFINE_RIVALS + 1], missing = 0;
  size_t classes = 0;
  int32_t last = FK_REFINE_NO_CLASS;
  for (size_t m = 0; m < count; m++) {
    int32_t class_index = w->class_of[moves[m].lane];
    if (class_index == last) continue;
    last = class_index;
    int64_t begin = w->class_start[class_index];
    place[classes] = place_of(list, (uint32_t)begin);
    if (place[classes++] == list->count) missing += (uint32_t)(w->class_start[class_index + 1] - begin);
  }
  if (list->count + missing > list->capacity) return 0;
  uint32_t known = list->count;
  last = FK_REFINE_NO_CLASS;
  classes = 0;
  for (size_t m = 0; m < count; m++) {
    int32_t class_index = w->class_of[moves[m].lane];
    int64_t begin = w->class_start[class_index], end = w->class_start[class_index + 1];
    if (class_index != last) {
      last = class_index;
      classes++;
      if (place[classes - 1] == known) {
        place[classes - 1] = list->count;
        for (int64_t lane = begin; lane < end; lane++) {
          list->lane[list->count] = (uint32_t)lane;
          list->weight[list->count++] = 0;
        }
      }
    }
    list->weight[place[classes - 1] + moves[m].lane - (uint32_t)begin] += step * moves[m].factor;
  }
  return 1;
}

FK_TARGET size_t FK_NAME(fk_lists_move)(fk_weight_lists *w, const uint32_t *column, const float *value,
                                        const float *rates, size_t first, size_t count, const fk_refine_move *moves,
                                        size_t move_count, float rate, uint32_t part, uint32_t parts) {
  size_t cell[MOVES], looked_up = move_count < MOVES ? move_count : MOVES;
  for (size_t m = 0; m < looked_up; m++) cell[m] = cell_of(w, moves[m].lane);
  for (size_t k = first; k < count; k++) {
    if (k + 6 < count) {
      uint32_t later = w->slot[column[k + 6]];
      if (later >= w->common) __builtin_prefetch(w->list + (later - (uint32_t)w->common));
    }
    if (k + 3 < count) {
      uint32_t later = w->slot[column[k + 3]];
      if (later >= w->common) __builtin_prefetch(w->list[later - (uint32_t)w->common].lane);
    }
    if (parts > 1 && column[k] % parts != part) continue;
    uint32_t slot = w->slot[column[k]];
    float step = rate * (rates ? value[k] * rates[column[k]] : value[k]);
    if (slot < w->common) {
      move_common(w, slot, moves, cell, looked_up, step);
      for (size_t m = looked_up; m < move_count; m++) {
        size_t more = cell_of(w, moves[m].lane);
        move_common(w, slot, moves + m, &more, 1, step);
      }
    } else if (!move_listed(w, w->list + (slot - (uint32_t)w->common), moves, move_count, step))
      return k;
  }
  return count;
}

FK_TARGET void FK_NAME(fk_lists_bound)(fk_weight_lists *w, size_t begin, size_t end) {
  size_t blocks = w->stride / FK_LISTS_BLOCK;
  for (size_t f = begin; f < end; f++) {
    float magnitude = 0;
    for (size_t b = 0; b < blocks; b++) {
      size_t lane = b * FK_LISTS_BLOCK;
      const float *cell = w->cells + cell_of(w, lane) + f * w->tile;
      float largest = 0;
      for (int i = 0; i < FK_LISTS_BLOCK; i++) {
        largest = cell[i] > largest ? cell[i] : largest;
        magnitude = fabsf(cell[i]) > magnitude ? fabsf(cell[i]) : magnitude;
      }
      w->block_largest[f * blocks + b] = largest;
    }
    w->magnitude[f] = magnitude;
  }
}
