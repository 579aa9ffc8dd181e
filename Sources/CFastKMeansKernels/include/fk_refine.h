#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Refinement: one document's part of a large-margin step. All sums run in a fixed order.
 *
 * Prototypes are lanes, those of a class neighbours: class c has lanes class_start[c] .. class_start[c + 1]). */

/* A prototype and how strongly the step moves it along the document. */
typedef struct {
  uint32_t lane;
  float factor;
} fk_refine_move;

enum {
  FK_REFINE_RIVALS = 4,  /* classes that one document pushes at most */
  FK_REFINE_NO_CLASS = -1
};

typedef struct {
  float margin;      /* by how much the own class should win */
  float sharpness;   /* above 0, of the loss log(1 + sum exp(sharpness (margin + s_r - s_o))) / sharpness, r a class */
  float cooperation; /* the share of a move that the class's other prototypes make too, 0 .. 1 */
  float least_pull;  /* a document that would pull its prototype by less moves nothing; a rival whose term in the
                        loss is below it counts as far away */
} fk_refine_loss;

/* A document among the prototypes. */
typedef struct {
  float scale; /* what its products are multiplied with, above 0 */
  int32_t own_class;
  /* Leave one out. For each lane: how much a document of weight 1 raised its own score when the prototype was made of it
   * and others. Null: this is not known. */
  const float *own_part;
  float weight;    /* of the document, in own_part */
  int32_t *member; /* its own prototype; below 0: not known yet, and set to the best of its class */
} fk_refine_document;

/* The best prototype of the document's class and its rivals: the best of other classes, each by its best lane. Scores are
 * scaled and fall; ties go to the lower lane. */
typedef struct {
  uint32_t own;
  float own_score; /* without what the document itself put into it */
  size_t count;
  uint32_t lane[FK_REFINE_RIVALS];
  float score[FK_REFINE_RIVALS];
} fk_refine_contest;

/* score[lane] = sum over the row's entries of value * table[column * stride + lane], for all `stride` lanes (a multiple
 * of 8), in the order of the entries. */
void fk_refine_scores(const uint32_t *column, const float *value, size_t count, const float *table, size_t stride,
                      float *score);

/* Finds a document's rivals from the score of every lane: those that the loss looks at. Classes compete, each by its best
 * lane, as they do when the model answers: another lane of a rival does not count. */
void fk_refine_find(const float *score, size_t lanes, const int32_t *class_of_lane, const int64_t *class_start,
                    const fk_refine_document *document, const fk_refine_loss *loss, fk_refine_contest *contest);

/* The moves that lower the loss of a document, for a rate of 1. Returns how many, at most `capacity`; further ones are left
 * out. With no rival above the margin the answer is 0. *value gets the document's loss, NaN if its class's score is not
 * finite; *is_right whether its class has the best lane (ties count against it unless its lane comes first). */
size_t fk_refine_moves(const fk_refine_contest *contest, const int32_t *class_of_lane, const int64_t *class_start,
                       const fk_refine_loss *loss, fk_refine_move *moves, size_t capacity, float *value, int *is_right);

/* table[column * stride + lane] += factor * rate * value for each entry of one row and each move whose lane lies in
 * begin .. end - 1: lanes are split among threads, so that each cell is written by one thread in document order. */
void fk_refine_apply(const uint32_t *column, const float *value, size_t count, const fk_refine_move *moves,
                     size_t move_count, float rate, float *table, size_t stride, size_t begin, size_t end);

#ifdef __cplusplus
}
#endif
