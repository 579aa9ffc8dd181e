#pragma once
#include <stddef.h>
#include <stdint.h>

#include "fk_refine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Refined weights of sparse documents: features x prototypes, by what documents touch.
 *
 * The few features that many classes have are common: a cell for every lane. Every other feature has a list of the lanes
 * that have a weight; the lanes of a class stand side by side in it. A score is the sum over a document's listed features,
 * in their order, plus the sum over its common ones. All levels, and all ways to the scores, give the same bits. */

enum {
  FK_LISTS_TILE = 64,  /* lanes of a tile at least */
  FK_LISTS_BLOCK = 16  /* lanes that share a bound */
};

typedef struct {
  uint32_t *lane;
  float *weight;
  uint32_t count, capacity;
} fk_weight_list;

typedef struct {
  size_t lanes;
  size_t stride;           /* the lanes, rounded up to whole tiles */
  size_t tile;             /* lanes whose common cells lie together, a multiple of 64 */
  size_t common;           /* common features */
  const uint32_t *slot;    /* of each feature: below `common` its number among these, else `common` + its list's number */
  float *cells;            /* of tile t, common feature f, lane l: cells[(t * common + f) * tile + l % tile] */
  float *block_largest;    /* of common feature f and block b: no weight is above block_largest[f * stride / 16 + b] >= 0.
                              Null: moves keep no bounds, and fk_lists_find is not for such weights */
  float *magnitude;        /* of each common feature: no weight is larger */
  fk_weight_list *list;
  const int32_t *class_of; /* of each lane */
  const int64_t *class_start; /* class c has lanes class_start[c] .. class_start[c + 1] - 1 */
} fk_weight_lists;

/* A document: entries of listed features (the number of the list) come first, then those of common ones. */
typedef struct {
  const uint32_t *entry;
  const float *value;
  size_t listed, count;
} fk_lists_row;

/* Memory of one worker. `sum` holds 0 before and after each call. */
typedef struct {
  float *sum;        /* stride */
  float *bound;      /* stride / 16 */
  uint32_t *touched; /* stride + 16 */
  float *own;        /* the lanes of the largest class */
} fk_lists_scratch;

/* Sorts a document's entries into listed and common ones; `entry` and `value` of the answer lie in the memory given. */
fk_lists_row fk_lists_split(const fk_weight_lists *weights, const uint32_t *column, const float *value, size_t count,
                            uint32_t *entry, float *entry_value);

/* score[r * stride + l]: of every lane for each of the rows. Weights of a magnitude below `least` count as 0. */
void fk_lists_scores(const fk_weight_lists *weights, const fk_lists_row *row, size_t rows, float least,
                     const fk_lists_scratch *scratch, float *score);

/* What fk_refine_find finds among the document's scores, by bounds: lanes that cannot matter are not scored.
 * The values must not be negative. Returns how many lanes were scored. */
size_t fk_lists_find(const fk_weight_lists *weights, const fk_lists_row *row, const fk_refine_document *document,
                     const fk_refine_loss *loss, const fk_lists_scratch *scratch, fk_refine_contest *contest);

/* Adds rate * value[k] * factor to the weights of each entry's feature (`rates` of the feature times that, unless it is
 * null) and each move's lane, for the features f with f % parts == part. A class without a cell at a listed feature gets
 * cells. Begins with entry `first`; stops at one whose list has no room, and returns it, or `count`. */
size_t fk_lists_move(fk_weight_lists *weights, const uint32_t *column, const float *value, const float *rates, size_t first,
                     size_t count, const fk_refine_move *moves, size_t move_count, float rate, uint32_t part,
                     uint32_t parts);

/* Makes the bounds of the common features `begin` .. `end` - 1 tight. */
void fk_lists_bound(fk_weight_lists *weights, size_t begin, size_t end);

#ifdef __cplusplus
}
#endif
