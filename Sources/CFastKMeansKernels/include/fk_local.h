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
 * other rows are asked for. Instruction sets differ by the rounding of a fused multiply-add. */

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
 * score[i * count + p]. */
void fk_dense_scores(const float *row, size_t rows, size_t width, const float *prototype, size_t count, float *score);

/* One step of a running average, features first .. last - 1, lanes 0 .. lanes - 1 of tables with `stride` lanes:
 * sum = keep * center + gain * sum, values below `cut` in magnitude become 0; adds the squares to squared_norm. */
void fk_blend(const float *center, float *sum, size_t stride, size_t first, size_t last, size_t lanes,
              const float *keep, const float *gain, float cut, float *squared_norm);

/* center = sum * scale and sum = 0; adds the squares of what changed and of the new values. */
void fk_replace(float *center, float *sum, size_t stride, size_t first, size_t last, size_t lanes, const float *scale,
                float *squared_shift, float *squared_norm);

/* value = exp(value - shift); returns the sum. */
double fk_exp_shifted(float *value, size_t count, float shift);

/* y += factor * x */
void fk_axpy(float factor, const float *x, float *y, size_t count);

#ifdef __cplusplus
}
#endif
