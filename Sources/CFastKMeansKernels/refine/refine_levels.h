#pragma once
/* The functions that differ by instruction set; refine.c chooses. Not part of the public surface. */
#include "fk_local.h"
#include "fk_refine.h"

void fk_refine_scores_avx512(const uint32_t *column, const float *value, size_t count, const float *table,
                             size_t stride, float *score);

/* A document's best rival classes so far, each by its best lane; scores are scaled and fall. */
typedef struct {
  uint32_t lane[FK_REFINE_RIVALS];
  float score[FK_REFINE_RIVALS];
  size_t count;
} fk_refine_rivals;

/* What the scan has to know of the lanes. */
typedef struct {
  const int32_t *class_of;
  float scale;     /* what scores are multiplied with */
  size_t limit;    /* rivals at most */
  float threshold; /* scores up to this, not scaled, are no rivals */
} fk_refine_lanes;

void fk_refine_scan_avx512(const float *score, size_t begin, size_t end, const fk_refine_lanes *lanes,
                           fk_refine_rivals *rivals);
void fk_refine_scan_avx2(const float *score, size_t begin, size_t end, const fk_refine_lanes *lanes,
                         fk_refine_rivals *rivals);
