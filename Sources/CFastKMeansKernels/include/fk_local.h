#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Training kernels: rows against a few prototypes that lie interleaved, feature by feature.
 *
 * Shapes: `lanes` prototypes in table[feature * stride + lane] (stride is lanes where it is not a parameter); lanes
 * is 4 or a multiple of 8, unused lanes hold
 * zeros. Row i has column[offset[i] .. offset[i + 1]) and the values at the same places; every column is below the
 * number of table rows. Sums run in the order of the row's entries. The result of a row does not depend on which
 * other rows are asked for. A product that is added is a fused multiply-add at every level: all give the same bits. */

/* score[(i - first) * lanes + lane] = sum of value * table, for rows first .. last - 1. */
void fk_local_scores(const int64_t *offset, const uint32_t *column, const float *value, int64_t first, int64_t last,
                     const float *table, size_t stride, size_t lanes, float *score);

/* The best lane of each row under score + bias, ties to the lowest lane: nearest[i - first], best[i - first].
 * bias has `lanes` entries, -INFINITY in unused ones; scratch has scratch_floats >= lanes (a few thousand keep the
 * scores of a block of rows in the first-level cache). */
void fk_local_nearest(const int64_t *offset, const uint32_t *column, const float *value, int64_t first, int64_t last,
                      const float *table, size_t lanes, const float *bias, float *scratch,
                      size_t scratch_floats, int32_t *nearest, float *best);

/* table[column * lanes + lane[i]] += weight[i] * value, for each entry of rows first .. last - 1; lane and weight
 * are indexed by i - first. A negative lane skips the row; weight may be NULL (all 1). */
void fk_local_add(const int64_t *offset, const uint32_t *column, const float *value, int64_t first, int64_t last,
                  const int32_t *lane, const float *weight, float *table, size_t lanes);

/* table[column * lanes + l] += share[(i - first) * share_stride + l] * value for l in begin .. end - 1: one block of
 * lanes, so that blocks can be filled in parallel. begin and end are multiples of 4. Rows whose shares in the block
 * are all zero cost nothing. */
void fk_local_add_shares(const int64_t *offset, const uint32_t *column, const float *value, int64_t first,
                         int64_t last, const float *share, size_t share_stride, float *table, size_t lanes,
                         size_t begin, size_t end);

/* Dense rows (row i at row + i * width) against `count` prototypes (prototype p at prototype + p * width):
 * score[i * count + p]. Summed in 32 partial sums over whole blocks of 32, folded in halves, then the rest in order. */
void fk_dense_scores(const float *row, size_t rows, size_t width, const float *prototype, size_t count, float *score);

/* y += factor * x */
void fk_axpy(float factor, const float *x, float *y, size_t count);

/* Wide tables: one row of `stride` lanes (a multiple of 16) for every feature, one lane for every prototype.
 *
 * The true centre of lane l is scale[l] * center[feature * stride + l]: a step of a running average that only some
 * features take part in is one factor for all the others. Lanes are independent of each other, so blocks of lanes
 * (begin, end: multiples of 16) can be done in parallel with the same bits. */

/* score[(i - first) * stride + lane] = sum of value * table over the entries of rows first .. last - 1. */
void fk_table_scores(const int64_t *offset, const uint32_t *column, const float *value, int64_t first, int64_t last,
                     const float *table, size_t stride, float *score);

/* sum[slot * stride + lane] += value[k] * share[(document[k] - first_document) * stride + lane] for slots first ..
 * last - 1 and those of their entries start[slot] .. start[slot + 1] - 1 (documents ascending) that lie from
 * cursor[slot] on and below last_document; cursor moves behind them. */
void fk_table_add(const uint32_t *start, uint32_t *cursor, size_t first, size_t last, const uint32_t *document,
                  const float *value, uint32_t first_document, uint32_t last_document, const float *share,
                  size_t stride, float *sum);

/* score = 1 / (1 + max(0, row_squared_norm + squared_norm - 2 * scale * score)) */
void fk_table_similarities(float *score, size_t stride, const float *scale, const float *squared_norm,
                           float row_squared_norm);

/* score = max(0, scale * score - penalty), an infinite penalty for lanes that are not in use; returns the sum, taken
 * in 16 partial sums that are folded in halves. */
float fk_table_linear(float *score, size_t stride, const float *scale, const float *penalty);

/* score = exp((scale * score - penalty) * inverse_temperature - the largest of these), within 2 ulp, 0 for exponents
 * below -87; returns the sum, taken as above. */
float fk_table_softmax(float *score, size_t stride, const float *scale, const float *penalty,
                       float inverse_temperature);

/* share *= factor; added += share */
void fk_table_share(float *share, size_t stride, float factor, double *added);

/* One batch, for the features row[0 .. rows) that it has, whose sums lie one after the other in `sum`:
 * center = keep * center + gain * sum, 0 where that is below cut in magnitude, and sum = the centre before;
 * squared += the squares of the new values. */
void fk_table_merge(const uint32_t *row, size_t rows, float *center, float *sum, size_t stride, size_t begin,
                    size_t end, const float *keep, const float *gain, const float *cut, double *squared);

/* For features row[0 .. rows): what is below cut in magnitude becomes 0; adds the squares of what stays and of what
 * goes. */
void fk_table_drop(const uint32_t *row, size_t rows, float *center, size_t stride, size_t begin, size_t end,
                   const float *cut, double *kept_squared, double *dropped_squared);

/* After fk_table_merge: squared += (after * center - before * sum)^2, and sum = 0. */
void fk_table_shift(const uint32_t *row, size_t rows, const float *center, float *sum, size_t stride, size_t begin,
                    size_t end, const float *after, const float *before, double *squared);

/* center *= factor, all of its rows. */
void fk_table_scale(float *center, size_t rows, size_t stride, const float *factor);

#ifdef __cplusplus
}
#endif
