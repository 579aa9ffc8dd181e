#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Scoring of one document against many prototypes.
 *
 * A score is defined once, for all levels and all methods: start from the bias, then for the document's terms in
 * ascending column order acc = fma(x, w, acc) in single precision. A kernel may compute many prototypes at a time,
 * but never changes the order within one, so that all levels give the same bits. (The sign of a zero is free.)
 *
 * Shapes: row-major; any alignment; any count, including 0. NaN or infinity in gives NaN or infinity out, and a NaN
 * never wins a comparison. */
typedef struct {
  /* out[p] = bias[p] + sum over terms t of x[t] * rows[starts[t] + p], p < count.
   * starts [in] terms positions in `rows`, in values   x [in] terms values   bias [in] count values
   * 16-bit rows are widened exactly, so they cost half the memory traffic and no accuracy. */
  void (*_Nonnull score_rows_f32)(const float *_Nullable rows, const size_t *_Nullable starts,
                                  const float *_Nullable x, size_t terms, const float *_Nonnull bias,
                                  float *_Nonnull out, size_t count);
  void (*_Nonnull score_rows_f16)(const uint16_t *_Nullable rows, const size_t *_Nullable starts,
                                  const float *_Nullable x, size_t terms, const float *_Nonnull bias,
                                  float *_Nonnull out, size_t count);
  void (*_Nonnull score_rows_bf16)(const uint16_t *_Nullable rows, const size_t *_Nullable starts,
                                   const float *_Nullable x, size_t terms, const float *_Nonnull bias,
                                   float *_Nonnull out, size_t count);

  /* scores[ids[i]] = fma(x, values[i], scores[ids[i]]), i < count; ids are unique. */
  void (*_Nonnull add_list)(const uint32_t *_Nullable ids, const float *_Nullable values, size_t count, float x,
                            float *_Nonnull scores);

  /* The first position of the largest score, or -1 if there is none (count 0, or all NaN). */
  ptrdiff_t (*_Nonnull first_max)(const float *_Nullable scores, size_t count);

  /* Writes the positions of all scores > threshold to `positions` (room for count), ascending; returns how many. */
  size_t (*_Nonnull positions_above)(const float *_Nullable scores, size_t count, float threshold,
                                     uint32_t *_Nullable positions);
} fk_scoring_kernels;

/* The kernels of a level; of the scalar level if this build has none for it. */
const fk_scoring_kernels *_Nonnull fk_scoring_for(int level);

/* Memory for `bytes` (above 0), or NULL where the system has none: on a cache line's boundary; where it is long, on that of a
 * large page, and in large pages where there are any. */
void *_Nullable fk_allocate(size_t bytes);

/* Gives back what fk_allocate gave. */
void fk_free(void *_Nullable start);

#ifdef __cplusplus
}
#endif
