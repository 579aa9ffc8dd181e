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
  float sharpness;   /* of the smooth loss log(1 + sum exp(sharpness (margin + s_r - s_o))) / sharpness, r a class; 0: hinge */
  float cooperation; /* the share of a move that the class's other prototypes make too, 0 .. 1 */
} fk_refine_loss;

/* score[lane] = sum over the row's entries of value * table[column * stride + lane], for all `stride` lanes (a multiple
 * of 8), in the order of the entries. */
void fk_refine_scores(const uint32_t *column, const float *value, size_t count, const float *table, size_t stride,
                      float *score);

/* From one document's score of every lane, times `scale` (above 0): the moves that lower the loss, for a rate of 1.
 * Classes compete, each by its best lane, as they do when the model answers: another lane of a rival is none.
 * Returns how many, at most `capacity`; further ones are left out. With no rival above the margin the answer is 0.
 * *loss gets the document's loss, NaN if the own class's score is not finite; *is_right whether its class has the best
 * lane (ties count against it unless its lane comes first). */
size_t fk_refine_moves(const float *score, float scale, size_t lanes, const int32_t *class_of_lane,
                       const int64_t *class_start, int32_t own_class, const fk_refine_loss *parameters, fk_refine_move *moves, size_t capacity,
                       float *loss, int *is_right);

/* table[column * stride + lane] += factor * rate * value for each entry of one row and each move whose lane lies in
 * begin .. end - 1: lanes are split among threads, so that each cell is written by one thread in document order. */
void fk_refine_apply(const uint32_t *column, const float *value, size_t count, const fk_refine_move *moves,
                     size_t move_count, float rate, float *table, size_t stride, size_t begin, size_t end);

#ifdef __cplusplus
}
#endif
