#pragma once
/* The same plain code in every level's file, compiled for that level. */
#include <math.h>

#include "fk_codes.h"

/* Sums stay within +-32000: by the sum of the largest terms, or by Cauchy-Schwarz on the prototypes' lengths,
 * whichever is smaller. */
static inline __attribute__((always_inline)) fk_code_plan fk_plan_document(const fk_code_scale *scale,
                                                                           const size_t *numbers, const float *x,
                                                                           size_t terms, int16_t *multipliers) {
  float range = 0, squares = 0, bases = 0;
  double offset = 0;
  for (size_t t = 0; t < terms; t++) {
    const fk_code_feature *feature = scale->features + numbers[t];
    float magnitude = fabsf(x[t]), base = x[t] * feature->base;
    range += magnitude * feature->step;
    squares += x[t] * x[t];
    bases += fabsf(base);
    offset += base;
  }
  float length = scale->bias_max + scale->norm_max * sqrtf(squares);
  float error = FK_CODE_ERROR * range;
  float by_terms = scale->bias_max + range * 128, by_length = length + bases + error;
  /* 1.001: the sums above are rounded themselves. */
  float largest = 1.001f * (by_terms < by_length ? by_terms : by_length);
  fk_code_plan plan = {0, (float)offset, 0, 0};
  /* Squares that underflow would hide a length. */
  if (terms > 4096 || (terms > 0 && !(squares > 1e-30f))) return plan;
  if (!(largest < 1e30f) || !(length < 1e30f)) return plan;
  float rounding = ((float)terms + 8) * 1.3e-7f * (length + bases);
  /* Where prototypes hardly differ, finer sums than single precision would only blow up the bound. */
  if (largest < 100 * rounding) largest = 100 * rounding;
  if (!(largest > 1e-30f)) largest = 1e-30f;
  float factor = (32000.0f - (float)terms) / largest;
  /* In units of the sums: quantising; half a unit for the multiplier and half for the product, for each term and
   * the bias; the bias's own code; and single precision rounding of the exact score and of this plan. */
  plan.slack = 1.001f * (factor * (error + rounding) + (float)terms) + 2;
  if (scale->bias) plan.slack += factor * scale->bias_step * 0.501f + 2;
  plan.scale = factor;
  float bias = scale->bias_step * factor * 32768.0f;
  plan.bias_multiplier = (int16_t)(bias < 32767.0f ? bias + 0.5f : 32767.0f);
  for (size_t t = 0; t < terms; t++) {
    float wanted = x[t] * scale->features[numbers[t]].step * factor * 128.0f;
    wanted = wanted > 32767.0f ? 32767.0f : wanted < -32767.0f ? -32767.0f : wanted;
    multipliers[t] = (int16_t)(wanted + (wanted < 0 ? -0.5f : 0.5f));
  }
  return plan;
}
