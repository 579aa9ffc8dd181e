#pragma once
/* The same plain code in every level's file, compiled for that level. */
#include <math.h>
#include <string.h>

#include "fk_staged.h"

/* Heavy terms by falling impact, roughly: eight classes an octave, 64 in all. The order is a heuristic only. */
static inline void fk_sort_terms(size_t count, const float *impact, const uint32_t *term, uint32_t *sorted) {
  uint32_t top = 0, bits;
  uint32_t starts[65] = {0};
  for (size_t i = 0; i < count; i++) {
    memcpy(&bits, impact + i, 4);
    top = bits > top ? bits : top;
  }
  top >>= 20;
  for (int pass = 0; pass < 2; pass++) {
    for (size_t i = 0; i < count; i++) {
      memcpy(&bits, impact + i, 4);
      uint32_t class = top - (bits >> 20);
      class = class > 63 ? 63 : class;
      if (pass == 0) starts[class + 1]++;
      else sorted[starts[class]++] = term[i];
    }
    for (int c = 0; pass == 0 && c < 64; c++) starts[c + 1] += starts[c];
  }
}

/* Fills in all that goes by heavy terms, in this order of terms. */
static inline __attribute__((always_inline)) void fk_staged_fill_heavy(const fk_staged_feature *features,
                                                                       const size_t *numbers, const float *x,
                                                                       const uint32_t *order,
                                                                       fk_staged_document *document) {
  float factor = document->scale;
  size_t count = document->heavy_count;
  document->offsets[0] = 0;
  for (size_t i = 0; i < count; i++) {
    const fk_staged_feature *feature = features + numbers[order[i]];
    float value = x[order[i]], wanted = value * feature->step * factor * 128.0f;
    wanted = wanted > 32767.0f ? 32767.0f : wanted < -32767.0f ? -32767.0f : wanted;
    document->rows[i] = (size_t)feature->place;
    document->multipliers[i] = (int16_t)(wanted + (wanted < 0 ? -0.5f : 0.5f));
    document->offsets[i + 1] = document->offsets[i] + value * feature->base * factor;
    /* What this term alone can bring, until the suffix sums below. */
    document->rest_sums[i] = factor * (value * feature->base + fabsf(value) * feature->step * 127.01f);
    document->rest_norms[i] = value * value;
  }
  float most = 0, square = 0;
  document->rest_sums[count] = document->rest_norms[count] = 0;
  for (size_t i = count; i-- > 0;) {
    most += document->rest_sums[i];
    square += document->rest_norms[i];
    /* Rounded up by more than the sums can be off; up also where a feature is all negative. */
    document->rest_sums[i] = most + fabsf(most) * 1e-4f;
    document->rest_norms[i] = sqrtf(square) * factor * 1.0005f;
  }
}

static inline __attribute__((always_inline)) void fk_staged_plan_document(const fk_staged_scale *scale,
                                                                          const size_t *numbers, const float *x,
                                                                          size_t terms,
                                                                          fk_staged_document *document) {
  const fk_staged_feature *features = scale->features;
  float *impact = document->scratch;
  uint32_t *heavy = (uint32_t *)(document->scratch + terms), *light = heavy + terms;
  size_t heavy_count = 0, light_count = 0;
  float range = 0, codes = 0, squares = 0, bases = 0;
  for (size_t t = 0; t < terms; t++) {
    const fk_staged_feature *feature = features + numbers[t];
    float magnitude = fabsf(x[t]);
    codes += magnitude * feature->step;
    squares += x[t] * x[t];
    bases += fabsf(x[t] * feature->base);
    if (feature->length == FK_STAGED_ROW) {
      range += magnitude * feature->step * 128;
      impact[heavy_count] = magnitude * feature->step;
      heavy[heavy_count++] = (uint32_t)t;
    } else {
      range += magnitude * feature->step * 32768;
      light[light_count++] = (uint32_t)t;
    }
  }
  document->heavy_count = heavy_count;
  document->light_count = light_count;
  document->scale = 0;
  /* As in code_plan.h; here the bounds hold for the sum of any subset of the terms as well. */
  float length = scale->bias_max + scale->norm_max * sqrtf(squares);
  float error = FK_CODE_ERROR * codes;
  float by_terms = scale->bias_max + range, by_length = length + bases + error;
  float largest = 1.001f * (by_terms < by_length ? by_terms : by_length);
  if (terms > 4096 || (terms > 0 && !(squares > 1e-30f))) return;
  if (!(largest < 1e30f) || !(length < 1e30f)) return;
  float rounding = ((float)terms + 8) * 1.3e-7f * (length + bases);
  if (largest < 100 * rounding) largest = 100 * rounding;
  if (!(largest > 1e-30f)) largest = 1e-30f;
  float factor = (32000.0f - (float)terms) / largest;
  document->slack = 1.001f * (factor * (error + rounding) + (float)terms) + 4;
  if (scale->bias_step > 0) document->slack += factor * scale->bias_step * 0.501f + 2;
  document->scale = factor;
  float bias = scale->bias_step * factor * 32768.0f;
  document->bias_multiplier = (int16_t)(bias < 32767.0f ? bias + 0.5f : 32767.0f);

  for (size_t i = 0; i < light_count; i++) {
    const fk_staged_feature *feature = features + numbers[light[i]];
    float wanted = x[light[i]] * feature->step * factor * 32768.0f;
    wanted = wanted > 32767.0f ? 32767.0f : wanted < -32767.0f ? -32767.0f : wanted;
    document->starts[i] = feature->place;
    document->lengths[i] = feature->length;
    document->factors[i] = (int16_t)(wanted + (wanted < 0 ? -0.5f : 0.5f));
  }
  fk_staged_fill_heavy(features, numbers, x, heavy, document);
}

static inline __attribute__((always_inline)) void fk_staged_order_document(const fk_staged_scale *scale,
                                                                           const size_t *numbers, const float *x,
                                                                           size_t terms,
                                                                           fk_staged_document *document) {
  const float *impact = document->scratch;
  const uint32_t *heavy = (const uint32_t *)(document->scratch + terms);
  uint32_t *sorted = (uint32_t *)(document->scratch + 3 * terms);
  if (!(document->scale > 0)) return;
  fk_sort_terms(document->heavy_count, impact, heavy, sorted);
  fk_staged_fill_heavy(scale->features, numbers, x, sorted, document);
}

static inline __attribute__((always_inline)) void fk_scatter_entry(uint32_t entry, int16_t factor, int16_t *sums) {
  int32_t product = (int32_t)(int16_t)(entry >> 16) * factor;
  int16_t *sum = sums + (entry & 0xFFFF);
  *sum = (int16_t)(uint16_t)((uint16_t)*sum + (uint16_t)(((product >> 14) + 1) >> 1));
}

/* An entry whose code has been multiplied already. */
static inline __attribute__((always_inline)) void fk_scatter_product(uint32_t entry, int16_t *sums) {
  int16_t *sum = sums + (entry & 0xFFFF);
  *sum = (int16_t)(uint16_t)((uint16_t)*sum + (uint16_t)(entry >> 16));
}
