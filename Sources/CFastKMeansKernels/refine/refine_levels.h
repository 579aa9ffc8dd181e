#pragma once
/* The functions that differ by instruction set; refine.c chooses. Not part of the public surface. */
#include "fk_local.h"
#include "contest.h"

void fk_refine_scores_avx512(const uint32_t *column, const float *value, size_t count, const float *table,
                             size_t stride, float *score);

void fk_refine_scan_avx512(const float *score, size_t begin, size_t end, const fk_refine_lanes *lanes,
                           fk_refine_contest *contest);
void fk_refine_scan_avx2(const float *score, size_t begin, size_t end, const fk_refine_lanes *lanes,
                         fk_refine_contest *contest);
