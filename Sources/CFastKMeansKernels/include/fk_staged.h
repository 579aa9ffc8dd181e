#pragma once
#include <stddef.h>
#include <stdint.h>

#include "fk_codes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Staged search: the features of few prototypes as lists, added in full; the features of many as rows of 8-bit codes
 * (fk_codes.h), added a few at a time, heaviest first, until bounds on the rest leave few prototypes.
 *
 * All numbers of a document are in units of its 16-bit sums:
 *   score * scale = sum + offset of the rows added so far + what the other rows bring, at most slack off. */

/* All that a term needs to know of its feature, in a quarter of a cache line: many terms mean many cache misses. */
typedef struct {
  uint32_t place;  /* its row of codes, or where its list starts */
  uint32_t length; /* of its list, or FK_STAGED_ROW: the feature has a row */
  float base;      /* of the row as in fk_code_feature; 0 for a list */
  float step;      /* of the codes of the row or the list */
} fk_staged_feature;

#define FK_STAGED_ROW UINT32_MAX

typedef struct {
  const fk_staged_feature *_Nonnull features;
  float bias_step, bias_max, norm_max; /* as in fk_code_scale; bias_step 0: no biases */
} fk_staged_scale;

/* A document's terms, split, scaled and sorted. The caller owns the memory; room for all terms, one more where a
 * comment says so. */
typedef struct {
  size_t heavy_count, light_count;
  size_t *_Nonnull rows;         /* row of each heavy term; by falling impact once they are ordered */
  int16_t *_Nonnull multipliers; /* of the heavy terms */
  uint32_t *_Nonnull starts;     /* of the light terms' lists */
  uint32_t *_Nonnull lengths;
  int16_t *_Nonnull factors;     /* of the light terms, times 2^15 */
  float *_Nonnull offsets;       /* offsets[a]: what the bases of the first a heavy terms add; one more */
  float *_Nonnull rest_sums;     /* rest_sums[a]: the most that heavy terms from a on can bring; one more */
  float *_Nonnull rest_norms;    /* rest_norms[a]: their length, to be multiplied with a prototype's; one more */
  float *_Nonnull scratch;       /* four times the terms */
  float scale;                   /* 0: magnitudes that can't be represented */
  float slack;
  int16_t bias_multiplier;
} fk_staged_document;

typedef struct {
  /* Everything about a document, its heavy terms as they come: bounds hold for any order. */
  void (*_Nonnull plan)(const fk_staged_scale *_Nonnull scale, const size_t *_Nullable numbers,
                        const float *_Nullable x, size_t terms, fk_staged_document *_Nonnull document);

  /* Brings a planned document's heavy terms into the order of falling impact, roughly: worth it for those whose rows are
   * going to be added. The arguments and the document's memory are those of `plan`. */
  void (*_Nonnull order)(const fk_staged_scale *_Nonnull scale, const size_t *_Nullable numbers,
                         const float *_Nullable x, size_t terms, fk_staged_document *_Nonnull document);

  /* sums[p] = round(bias[p] * multiplier / 2^15), or 0 without biases; then every entry of the light lists adds
   * round(code * factor / 2^15). An entry is a prototype in the low 16 bits and a signed code in the high ones. */
  void (*_Nonnull scatter)(const fk_staged_document *_Nonnull document, const uint32_t *_Nullable entries,
                           const int16_t *_Nullable bias, int16_t *_Nonnull sums, size_t count);

  /* Adds rows of codes to the sums; those of p >= count are set to INT16_MIN. */
  void (*_Nonnull add_rows)(const int8_t *_Nullable codes, size_t stride, const size_t *_Nullable rows,
                            const int16_t *_Nullable multipliers, size_t terms, int16_t *_Nonnull sums,
                            size_t count);

  /* The positions p with sums[p] + min(cap, (norms[p] * rest >> 16) + 1) >= threshold, ascending; gives up beyond
   * `limit`. count a multiple of FK_CODE_BLOCK. Returns how many it wrote, limit + 1 if it gave up. */
  size_t (*_Nonnull reach)(const int16_t *_Nonnull sums, const uint16_t *_Nonnull norms, uint16_t rest, int16_t cap,
                           int16_t threshold, size_t count, uint32_t *_Nonnull positions, size_t limit);
} fk_staged_kernels;

const fk_staged_kernels *_Nonnull fk_staged_for(int level);

/* One prototype's score * scale, from its sum after `done` heavy terms and its own row of codes; or a value below
 * `lowest` as soon as its bound is.
 * codes [in] the prototype's codes by row   norm [in] length of the prototype's heavy part */
float fk_staged_refine(const fk_staged_document *_Nonnull document, size_t done, const int8_t *_Nonnull codes,
                       float norm, int16_t sum, float lowest);

/* Asks for the lists of a document that comes next. */
void fk_staged_fetch(const fk_staged_feature *_Nullable features, const uint32_t *_Nullable entries,
                     const size_t *_Nullable numbers, size_t count);

/* Asks for the codes of one prototype at the heavy terms from `done` on, a few of them. */
void fk_staged_fetch_codes(const fk_staged_document *_Nonnull document, size_t done, const int8_t *_Nonnull codes);

/* The exact score of a sparse prototype: `spread` holds the document's values by column, 0 elsewhere;
 * bit c % 32 of marks[c / 32] is set for its columns c. */
float fk_score_spread_f32(const uint32_t *_Nullable columns, const float *_Nullable values, size_t count,
                          const float *_Nonnull spread, const uint32_t *_Nonnull marks, float least, float bias);
float fk_score_spread_f16(const uint32_t *_Nullable columns, const uint16_t *_Nullable values, size_t count,
                          const float *_Nonnull spread, const uint32_t *_Nonnull marks, float least, float bias);
float fk_score_spread_bf16(const uint32_t *_Nullable columns, const uint16_t *_Nullable values, size_t count,
                           const float *_Nonnull spread, const uint32_t *_Nonnull marks, float least, float bias);
float fk_score_spread_f64(const uint32_t *_Nullable columns, const double *_Nullable values, size_t count,
                          const float *_Nonnull spread, const uint32_t *_Nonnull marks, float least, float bias);

#ifdef __cplusplus
}
#endif
