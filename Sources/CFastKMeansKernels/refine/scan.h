#pragma once
/* The search for the rivals among a document's scores: one text, which each instruction set compiles. */
#include <float.h>
#include <math.h>

#include "refine_levels.h"

/* Keeps the best rivals, falling; ties to the lower lane, which comes first. */
static inline void fk_refine_offer(fk_refine_rivals *rivals, size_t limit, uint32_t lane, float score) {
  if (rivals->count == limit && score <= rivals->score[limit - 1]) return;
  size_t at = rivals->count < limit ? rivals->count++ : limit - 1;
  while (at > 0 && rivals->score[at - 1] < score) {
    rivals->score[at] = rivals->score[at - 1];
    rivals->lane[at] = rivals->lane[at - 1];
    at--;
  }
  rivals->score[at] = score;
  rivals->lane[at] = lane;
}

/* What a score has to be above to matter: the threshold, or the last of a full list of rivals, a little below it so
 * that no rounding of the division hides a lane that the exact comparison would take. */
static inline float fk_refine_floor(const fk_refine_lanes *lanes, const fk_refine_rivals *rivals) {
  if (rivals->count < lanes->limit) return lanes->threshold;
  float last = rivals->score[lanes->limit - 1] / lanes->scale;
  last = last - fabsf(last) * 1e-6f - FLT_MIN;
  return last > lanes->threshold ? last : lanes->threshold;
}

/* A bit for each of up to 16 scores: whether it is above the threshold. */
static inline unsigned fk_refine_above(const float *score, size_t count, float threshold) {
  unsigned mask = 0;
  for (size_t i = 0; i < count; i++) mask |= (unsigned)(score[i] > threshold) << i;
  return mask;
}

/* Offers the best lane of each class that has one above the threshold; lanes of a class are neighbours, and ties go to
 * the first. Most lanes are passed over 16 at a time; `above` is fk_refine_above in
 * the instruction set's own words. */
static inline __attribute__((always_inline)) void fk_refine_scan_body(
    const float *score, size_t begin, size_t end, const fk_refine_lanes *lanes, fk_refine_rivals *rivals,
    unsigned (*above)(const float *score, size_t count, float threshold)) {
  enum { BLOCK = 16 };
  int32_t class_index = FK_REFINE_NO_CLASS;
  uint32_t best = 0;
  float best_score = 0, floor = fk_refine_floor(lanes, rivals);
  for (size_t l = begin; l < end; l += BLOCK) {
    unsigned mask = above(score + l, end - l < BLOCK ? end - l : BLOCK, floor);
    if (mask == 0) continue; /* the floor stays */
    for (; mask; mask &= mask - 1) {
      size_t lane = l + (size_t)__builtin_ctz(mask);
      float scaled = score[lane] * lanes->scale;
      if (lanes->class_of[lane] == class_index && scaled <= best_score) continue;
      if (lanes->class_of[lane] != class_index && class_index != FK_REFINE_NO_CLASS)
        fk_refine_offer(rivals, lanes->limit, best, best_score);
      class_index = lanes->class_of[lane];
      best = (uint32_t)lane;
      best_score = scaled;
    }
    floor = fk_refine_floor(lanes, rivals);
  }
  if (class_index != FK_REFINE_NO_CLASS) fk_refine_offer(rivals, lanes->limit, best, best_score);
}
