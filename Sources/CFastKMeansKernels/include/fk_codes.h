#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Approximate scores of one document for all prototypes, from 8-bit rows by feature in 16-bit sums, with a proven
 * bound on their error; whatever lies within the bound of an answer is then scored exactly.
 *
 * Layout of a row of codes: blocks of FK_CODE_BLOCK prototypes; in a block, byte 2i is the code of prototype i and
 * byte 2i+1 that of prototype i+32. The 16-bit word of the two stands for prototype i+32 as a whole, in units of
 * 1/256 step, with the lower code as its fraction; and shifted up by 8 for prototype i. So a row is unpacked by one
 * shift, and the fraction is taken into account when the upper code is chosen. */
enum { FK_CODE_BLOCK = 64 };

/* What a term needs to know of its feature: the row's values are base + step * code, at most FK_CODE_ERROR steps
 * off: half a step, and what single precision adds to it. */
#define FK_CODE_ERROR 0.502f

typedef struct {
  float base, step;
} fk_code_feature;

/* What all documents need to know of the prototypes. */
typedef struct {
  const fk_code_feature *_Nonnull features;
  const int16_t *_Nullable bias; /* codes of the biases, in units of bias_step; a null pointer: none */
  float bias_step;
  float bias_max; /* the largest |bias| */
  float norm_max; /* at least the largest length of a prototype */
} fk_code_scale;

/* How the sums of one document are to be read: score = sum / scale + offset, at most slack / scale off. */
typedef struct {
  float scale;  /* 0: the document's magnitudes can't be represented; score it otherwise */
  float offset; /* the same for all prototypes */
  float slack;  /* in units of the sums; covers quantising, 16-bit rounding and single precision rounding */
  int16_t bias_multiplier;
} fk_code_plan;

typedef struct {
  /* Chooses the scale of a document and its multipliers, one a term.
   * numbers [in] terms feature numbers   x [in] terms values   multipliers [out] terms values   terms at most 4096 */
  fk_code_plan (*_Nonnull plan)(const fk_code_scale *_Nonnull scale, const size_t *_Nullable numbers,
                                const float *_Nullable x, size_t terms, int16_t *_Nullable multipliers);

  /* sums[p] = bias part + sum over terms t of round(multipliers[t] * word(p) / 2^15); the order within a block as
   * above undone: sums are in prototype order. Sums of p >= count are set to INT16_MIN.
   * codes [in] row t starts at numbers[t] * stride   stride [in] a multiple of FK_CODE_BLOCK
   * returns the largest sum */
  int16_t (*_Nonnull accumulate)(const int8_t *_Nullable codes, size_t stride, const size_t *_Nullable numbers,
                                 const int16_t *_Nullable multipliers, size_t terms,
                                 const int16_t *_Nullable bias, int16_t bias_multiplier,
                                 int16_t *_Nonnull sums, size_t count);

  /* The largest sum, INT16_MIN for none. Here and below: count a multiple of FK_CODE_BLOCK. */
  int16_t (*_Nonnull largest)(const int16_t *_Nullable sums, size_t count);

  /* Writes the positions of sums >= threshold, ascending, at most `limit` of them; returns how many it wrote. */
  size_t (*_Nonnull at_least)(const int16_t *_Nullable sums, size_t count, int16_t threshold,
                              uint32_t *_Nullable positions, size_t limit);
} fk_code_kernels;

const fk_code_kernels *_Nonnull fk_codes_for(int level);

/* Asks for the first bytes of rows that will be read soon. */
void fk_fetch_rows(const void *_Nullable rows, size_t row_bytes, const size_t *_Nullable numbers, size_t count,
                   size_t bytes);

/* Asks for one prototype's values in some rows of `size` bytes a value. */
void fk_fetch_values(const void *_Nullable rows, size_t size, size_t stride, const size_t *_Nullable numbers,
                     size_t count, size_t prototype);

/* Asks for a range of bytes that will be read soon; at most the first 16 KB. */
void fk_fetch_range(const void *_Nullable start, size_t bytes);

/* Single precision values of some features for one prototype: out[t] = rows[numbers[t] * stride + prototype]; then
 * the exact score, as in fk_scoring.h. */
float fk_score_one_f32(const float *_Nullable rows, size_t stride, const size_t *_Nullable numbers,
                       const float *_Nullable x, size_t terms, size_t prototype, float bias);
float fk_score_one_f16(const uint16_t *_Nullable rows, size_t stride, const size_t *_Nullable numbers,
                       const float *_Nullable x, size_t terms, size_t prototype, float bias);
float fk_score_one_bf16(const uint16_t *_Nullable rows, size_t stride, const size_t *_Nullable numbers,
                        const float *_Nullable x, size_t terms, size_t prototype, float bias);

#ifdef __cplusplus
}
#endif
