#include "fk_refine.h"

#include <math.h>

#include "fk_platform.h"
#include "refine_levels.h"
#include "scan.h"

/* A product and a sum are two roundings, as in local.c: arm64 would fuse them, x86-64 would not. */
#pragma clang fp contract(off)

/* A rival whose term in the smooth loss is below exp(-5) is left alone: it would hardly move, and the scan can skip
 * nearly every lane. */
#define LEAST_EXPONENT (-5.0f)

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

static void scan(const float *score, size_t begin, size_t end, const fk_refine_lanes *lanes, fk_refine_rivals *rivals) {
#if defined(__x86_64__)
  int level = fk_simd_level();
  if (level == FK_SIMD_AVX512) {
    fk_refine_scan_avx512(score, begin, end, lanes, rivals);
    return;
  }
  if (level == FK_SIMD_AVX2) {
    fk_refine_scan_avx2(score, begin, end, lanes, rivals);
    return;
  }
#endif
  fk_refine_scan_body(score, begin, end, lanes, rivals, fk_refine_above);
}

/* Turns the rivals' scores into their weights; returns the sum of the weights. */
static float weigh(fk_refine_rivals *rivals, float own, const fk_refine_loss *p, float *loss) {
  if (p->sharpness <= 0) {
    *loss = p->margin + rivals->score[0] - own;
    rivals->score[0] = 1;
    rivals->count = 1;
    return 1;
  }
  float top = p->margin + rivals->score[0] - own;
  if (top < 0) top = 0;
  float total = expf(-p->sharpness * top), pull = 0;
  for (size_t i = 0; i < rivals->count; i++) {
    rivals->score[i] = expf(p->sharpness * (p->margin + rivals->score[i] - own - top));
    total += rivals->score[i];
  }
  *loss = top + logf(total) / p->sharpness;
  for (size_t i = 0; i < rivals->count; i++) {
    rivals->score[i] /= total;
    pull += rivals->score[i];
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

size_t fk_refine_moves(const float *score, float scale, size_t lanes, const int32_t *class_of_lane, const int64_t *class_start,
                       int32_t own_class, const fk_refine_loss *parameters, fk_refine_move *moves, size_t capacity,
                       float *loss, int *is_right) {
  size_t own_begin = (size_t)class_start[own_class], own_end = (size_t)class_start[own_class + 1];
  *loss = 0;
  *is_right = 1;
  if (own_begin == own_end) return 0;
  size_t own = own_begin;
  for (size_t l = own_begin + 1; l < own_end; l++)
    if (score[l] > score[own]) own = l;
  int is_smooth = parameters->sharpness > 0;
  float reach = is_smooth ? LEAST_EXPONENT / parameters->sharpness : 0;
  float own_score = score[own] * scale;
  if (!isfinite(own_score)) { /* no comparison below would notice */
    *loss = NAN;
    *is_right = 0;
    return 0;
  }
  fk_refine_lanes all = {.class_of = class_of_lane,
                         .scale = scale,
                         .limit = is_smooth ? FK_REFINE_RIVALS : 1,
                         .threshold = (own_score - parameters->margin + reach) / scale};
  fk_refine_rivals rivals = {.count = 0};
  scan(score, 0, own_begin, &all, &rivals);
  scan(score, own_end, lanes, &all, &rivals);
  if (rivals.count == 0) return 0;
  *is_right = rivals.score[0] < own_score || (rivals.score[0] == own_score && rivals.lane[0] > own);
  float pull = weigh(&rivals, own_score, parameters, loss);
  if (pull < 1e-3f) return 0;
  move_list list = {moves, 0, capacity};
  move_class(&list, class_start, own_class, (uint32_t)own, pull, parameters->cooperation);
  for (size_t i = 0; i < rivals.count; i++)
    move_class(&list, class_start, class_of_lane[rivals.lane[i]], rivals.lane[i], -rivals.score[i],
               parameters->cooperation);
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
