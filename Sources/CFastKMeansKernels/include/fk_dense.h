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
} fk_dense_kernels;

/* The kernels of a level; of the scalar level if this build has none for it. */
const fk_dense_kernels *_Nonnull fk_dense_for(int level);

/* Packs up to FK_TILE_ROWS dense documents: packed[f][r] = rows[r * stride + f] * scales[r], 0 for r >= count.
 * scales [in] count values, or a null pointer for 1 */
void fk_pack_documents(const float *_Nullable rows, size_t stride, size_t count, const float *_Nullable scales,
                       size_t features, float *_Nonnull packed);

#ifdef __cplusplus
}
#endif
