#pragma once
/* The search for the rivals among a document's scores: one text, which each instruction set compiles. */
#include "refine_levels.h"

/* A bit for each of up to 16 scores: whether it is above the threshold. */
static inline unsigned fk_refine_above(const float *score, size_t count, float threshold) {
  unsigned mask = 0;
  for (size_t i = 0; i < count; i++) mask |= (unsigned)(score[i] > threshold) << i;
  return mask;
}

/* Offers every lane above the floor. Most lanes are passed over 16 at a time; `above` is fk_refine_above in the instruction
 * set's own words. */
static inline __attribute__((always_inline)) void fk_refine_scan_body(
    const float *score, size_t begin, size_t end, const fk_refine_lanes *lanes, fk_refine_contest *contest,
    unsigned (*above)(const float *score, size_t count, float threshold)) {
  enum { BLOCK = 16 };
  float floor = fk_refine_floor(lanes, contest);
  for (size_t l = begin; l < end; l += BLOCK) {
    unsigned mask = above(score + l, end - l < BLOCK ? end - l : BLOCK, floor);
    if (mask == 0) continue; /* the floor stays */
    for (; mask; mask &= mask - 1) {
      size_t lane = l + (size_t)__builtin_ctz(mask);
      fk_refine_offer(contest, lanes, (uint32_t)lane, score[lane] * lanes->scale);
    }
    floor = fk_refine_floor(lanes, contest);
  }
}
