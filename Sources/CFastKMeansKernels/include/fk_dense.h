#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Dense documents times dense prototypes, a small tile at a time.
 *
 * Documents are packed in groups of FK_TILE_ROWS, prototypes in panels of FK_TILE_COLUMNS, both feature by feature;
 * the layout is the same for every level. Each score of a tile is one chain of fused multiply-adds in ascending
 * feature order, carried over from call to call in `scores`, so blocking over features changes no bit. */
enum { FK_TILE_ROWS = 12, FK_TILE_COLUMNS = 32 };

typedef struct {
  /* scores[r][c] = fma chain over f < features of documents[f][r] * panel[f][c], starting from scores[r][c].
   * documents [in] features x FK_TILE_ROWS   panel [in] features x FK_TILE_COLUMNS
   * scores [in, out] FK_TILE_ROWS x FK_TILE_COLUMNS */
  void (*_Nonnull tile_f32)(const float *_Nonnull documents, const float *_Nonnull panel, size_t features,
                            float *_Nonnull scores);
  void (*_Nonnull tile_f16)(const float *_Nonnull documents, const uint16_t *_Nonnull panel, size_t features,
                            float *_Nonnull scores);
  void (*_Nonnull tile_bf16)(const float *_Nonnull documents, const uint16_t *_Nonnull panel, size_t features,
                             float *_Nonnull scores);

  /* Which documents of a tile have a score above their own threshold: bit r for document r. NaN is above nothing.
   * scores [in] as above   thresholds [in] FK_TILE_ROWS values */
  unsigned (*_Nonnull rows_above)(const float *_Nonnull scores, const float *_Nonnull thresholds);

  /* The positions p < count at which scores[p] + norms[p] * rest is not below `lowest`, ascending; a NaN is below
   * nothing. Rounding may let a bound pass that is just below.
   * positions [out] room for count   Returns how many it wrote. */
  size_t (*_Nonnull reach)(const float *_Nonnull scores, const float *_Nonnull norms, float rest, float lowest,
                           size_t count, uint32_t *_Nonnull positions);
} fk_dense_kernels;

/* The kernels of a level; of the scalar level if this build has none for it. */
const fk_dense_kernels *_Nonnull fk_dense_for(int level);

/* Packs up to FK_TILE_ROWS dense documents: packed[f][r] = rows[r * stride + f] * scales[r], 0 for r >= count.
 * scales [in] count values, or a null pointer for 1 */
void fk_pack_documents(const float *_Nullable rows, size_t stride, size_t count, const float *_Nullable scales,
                       size_t features, float *_Nonnull packed);

/* squares[r] = sum of packed[f][r]^2 over the features of packed documents, in double precision.
 * squares [out] FK_TILE_ROWS values */
void fk_packed_squares(const float *_Nullable packed, size_t features, double *_Nonnull squares);

/* The scores of some dense prototypes, each by its definition in fk_scoring.h: several chains of multiply-adds at a
 * time, for one alone waits for itself.
 * rows [in] prototypes x features   numbers [in] count prototypes   x [in] features values of the document
 * least: values below it in magnitude count as 0   biases [in] one for each prototype   scores [out] count values */
void fk_score_dense_f32(const float *_Nullable rows, size_t features, const uint32_t *_Nullable numbers, size_t count,
                        const float *_Nullable x, float least, const float *_Nonnull biases, float *_Nullable scores);
void fk_score_dense_f64(const double *_Nullable rows, size_t features, const uint32_t *_Nullable numbers, size_t count,
                        const float *_Nullable x, float least, const float *_Nonnull biases, float *_Nullable scores);
void fk_score_dense_f16(const uint16_t *_Nullable rows, size_t features, const uint32_t *_Nullable numbers,
                        size_t count, const float *_Nullable x, float least, const float *_Nonnull biases,
                        float *_Nullable scores);
void fk_score_dense_bf16(const uint16_t *_Nullable rows, size_t features, const uint32_t *_Nullable numbers,
                         size_t count, const float *_Nullable x, float least, const float *_Nonnull biases,
                         float *_Nullable scores);

#ifdef __cplusplus
}
#endif
