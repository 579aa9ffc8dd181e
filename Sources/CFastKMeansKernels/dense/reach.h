#pragma once
#include <stddef.h>
#include <stdint.h>

/* The meaning of `reach` from position p on, and every level's way through what doesn't fill its lanes. */
static inline size_t fk_reach_from(size_t p, size_t found, const float *scores, const float *norms, float rest,
                                   float lowest, size_t count, uint32_t *positions) {
  for (; p < count; p++)
    if (!(scores[p] + norms[p] * rest < lowest)) positions[found++] = (uint32_t)p;
  return found;
}
