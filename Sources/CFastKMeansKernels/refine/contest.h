#pragma once
/* A document's contest: its own prototype against its rivals, whichever way their scores are found. */
#include <float.h>
#include <math.h>

#include "fk_refine.h"

/* What a search for rivals has to know of the lanes. */
typedef struct {
  const int32_t *class_of;
  float scale;     /* what scores are multiplied with */
  float threshold; /* scores up to this, not scaled, are no rivals */
} fk_refine_lanes;

static inline int fk_refine_before(const fk_refine_contest *contest, size_t at, uint32_t lane, float score) {
  return score > contest->score[at] || (score == contest->score[at] && lane < contest->lane[at]);
}

/* Takes a lane up if it is among the best rivals; `score` is scaled. The order of the calls does not matter. */
static inline void fk_refine_offer(fk_refine_contest *contest, const fk_refine_lanes *lanes, uint32_t lane, float score) {
  size_t at = 0;
  while (at < contest->count && lanes->class_of[contest->lane[at]] != lanes->class_of[lane]) at++;
  if (at == contest->count && at < FK_REFINE_RIVALS) {
    contest->count++;
  } else {
    if (at == contest->count) at--;
    if (!fk_refine_before(contest, at, lane, score)) return;
  }
  for (; at > 0 && fk_refine_before(contest, at - 1, lane, score); at--) {
    contest->score[at] = contest->score[at - 1];
    contest->lane[at] = contest->lane[at - 1];
  }
  contest->score[at] = score;
  contest->lane[at] = lane;
}

/* What a score has to be above to matter: the threshold, or the last of a full list of rivals, a little below it so
 * that no rounding of the division hides a lane that the exact comparison would take. */
static inline float fk_refine_floor(const fk_refine_lanes *lanes, const fk_refine_contest *contest) {
  if (contest->count < FK_REFINE_RIVALS) return lanes->threshold;
  float last = contest->score[FK_REFINE_RIVALS - 1] / lanes->scale;
  last = last - fabsf(last) * 1e-6f - FLT_MIN;
  return last > lanes->threshold ? last : lanes->threshold;
}

/* Begins a contest with the scores of the document's class, lanes own_begin .. own_end - 1, not scaled. Returns whether
 * rivals are to be looked for. */
static inline int fk_refine_open(fk_refine_contest *contest, const float *own, size_t own_begin, size_t own_end,
                                 const int32_t *class_of, const fk_refine_document *document,
                                 const fk_refine_loss *loss, fk_refine_lanes *lanes) {
  contest->count = 0;
  contest->own = (uint32_t)own_begin;
  contest->own_score = 0;
  if (own_begin == own_end) return 0;
  size_t count = own_end - own_begin, best = 0;
  for (size_t i = 1; i < count; i++)
    if (own[i] > own[best]) best = i;
  float best_score = own[best] * document->scale;
  if (document->own_part) {
    if (*document->member < 0) *document->member = (int32_t)(own_begin + best);
    size_t member = (size_t)*document->member - own_begin;
    best_score = -INFINITY;
    for (size_t i = 0; i < count; i++) {
      float score = own[i] * document->scale - (i == member ? document->own_part[own_begin + i] * document->weight : 0);
      if (score > best_score || isnan(score)) {
        best = i;
        best_score = score;
      }
    }
  }
  contest->own = (uint32_t)(own_begin + best);
  contest->own_score = best_score;
  if (!isfinite(best_score)) return 0; /* no comparison below would notice */
  float reach = logf(loss->least_pull) / loss->sharpness;
  *lanes = (fk_refine_lanes){.class_of = class_of,
                             .scale = document->scale,
                             .threshold = (best_score - loss->margin + reach) / document->scale};
  return 1;
}
