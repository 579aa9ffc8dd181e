#include "fk_refine.h"

#include <math.h>

#include "fk_platform.h"
#include "refine_levels.h"
#include "scan.h"

/* A product and a sum are two roundings, as in local.c: arm64 would fuse them, x86-64 would not. */
#pragma clang fp contract(off)

void fk_refine_scores(const uint32_t *column, const float *value, size_t count, const float *table, size_t stride,
                      float *score) {
#if defined(__x86_64__)
  if (fk_simd_level() == FK_SIMD_AVX512) {
    fk_refine_scores_avx512(column, value, count, table, stride, score);
    return;
  }
#endif
  int64_t offset[2] = {0, (int64_t)count};
  fk_local_scores(offset, column, value, 0, 1, table, stride, stride, score);
}

static void scan(const float *score, size_t begin, size_t end, const fk_refine_lanes *lanes, fk_refine_contest *contest) {
#if defined(__x86_64__)
  int level = fk_simd_level();
  if (level == FK_SIMD_AVX512) {
    fk_refine_scan_avx512(score, begin, end, lanes, contest);
    return;
  }
  if (level == FK_SIMD_AVX2) {
    fk_refine_scan_avx2(score, begin, end, lanes, contest);
    return;
  }
#endif
  fk_refine_scan_body(score, begin, end, lanes, contest, fk_refine_above);
}

void fk_refine_find(const float *score, size_t lanes, const int32_t *class_of_lane, const int64_t *class_start,
                    const fk_refine_document *document, const fk_refine_loss *loss, fk_refine_contest *contest) {
  size_t begin = (size_t)class_start[document->own_class], end = (size_t)class_start[document->own_class + 1];
  fk_refine_lanes all;
  if (!fk_refine_open(contest, score + begin, begin, end, class_of_lane, document, loss, &all)) return;
  scan(score, 0, begin, &all, contest);
  scan(score, end, lanes, &all, contest);
}

/* The rivals' weights in the step; returns their sum, with which the own prototype is pulled. */
static float weigh(const fk_refine_contest *contest, const fk_refine_loss *p, float *weight, float *loss) {
  float top = p->margin + contest->score[0] - contest->own_score;
  if (top < 0) top = 0;
  float total = expf(-p->sharpness * top), pull = 0;
  for (size_t i = 0; i < contest->count; i++) {
    weight[i] = expf(p->sharpness * (p->margin + contest->score[i] - contest->own_score - top));
    total += weight[i];
  }
  *loss = top + logf(total) / p->sharpness;
  for (size_t i = 0; i < contest->count; i++) {
    weight[i] /= total;
    pull += weight[i];
  }
  return pull;
}

typedef struct {
  fk_refine_move *moves;
  size_t count, capacity;
} move_list;

static void add_move(move_list *list, uint32_t lane, float factor) {
  if (list->count == list->capacity) return;
  list->moves[list->count].lane = lane;
  list->moves[list->count].factor = factor;
  list->count++;
}

/* The lane makes the whole move, the others of its class the cooperative share of it. */
static void move_class(move_list *list, const int64_t *class_start, int32_t class_index, uint32_t lane, float factor,
                       float cooperation) {
  for (int64_t l = class_start[class_index]; l < class_start[class_index + 1]; l++) {
    float share = (uint32_t)l == lane ? 1 : cooperation;
    if (share > 0) add_move(list, (uint32_t)l, factor * share);
  }
}

size_t fk_refine_moves(const fk_refine_contest *contest, const int32_t *class_of_lane, const int64_t *class_start,
                       const fk_refine_loss *loss, fk_refine_move *moves, size_t capacity, float *value, int *is_right) {
  *value = isfinite(contest->own_score) ? 0 : NAN;
  *is_right = isfinite(contest->own_score);
  if (contest->count == 0) return 0;
  *is_right = contest->score[0] < contest->own_score ||
              (contest->score[0] == contest->own_score && contest->lane[0] > contest->own);
  float weight[FK_REFINE_RIVALS], pull = weigh(contest, loss, weight, value);
  if (pull < loss->least_pull) return 0;
  move_list list = {moves, 0, capacity};
  move_class(&list, class_start, class_of_lane[contest->own], contest->own, pull, loss->cooperation);
  for (size_t i = 0; i < contest->count; i++)
    move_class(&list, class_start, class_of_lane[contest->lane[i]], contest->lane[i], -weight[i], loss->cooperation);
  return list.count;
}

void fk_refine_apply(const uint32_t *column, const float *value, size_t count, const fk_refine_move *moves,
                     size_t move_count, float rate, float *table, size_t stride, size_t begin, size_t end) {
  if (begin == 0 && end >= stride) {
    for (size_t k = 0; k < count; k++) {
      float *row = table + (size_t)column[k] * stride;
      float step = rate * value[k];
      for (size_t m = 0; m < move_count; m++) row[moves[m].lane] += step * moves[m].factor;
    }
    return;
  }
  for (size_t k = 0; k < count; k++) {
    float *row = table + (size_t)column[k] * stride;
    float step = rate * value[k];
    for (size_t m = 0; m < move_count; m++)
      if (moves[m].lane >= begin && moves[m].lane < end) row[moves[m].lane] += step * moves[m].factor;
  }
}
