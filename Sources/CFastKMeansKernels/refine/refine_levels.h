#pragma once
/* The functions that differ by instruction set; refine.c chooses. Not part of the public surface. */
#include "fk_local.h"
#include "fk_refine.h"

void fk_refine_scores_avx512(const uint32_t *column, const float *value, size_t count, const float *table,
                             size_t stride, float *score);

uint64_t fk_refine_above_avx512(const float *score, size_t count, float threshold);
uint64_t fk_refine_above_avx2(const float *score, size_t count, float threshold);
