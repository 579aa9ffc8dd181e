#pragma once
/* Sparse rows for the training kernels: some empty, some long, columns in any order and more than once. */
#include <stddef.h>
#include <stdint.h>

enum { SPARSE_ROWS = 10, SPARSE_FEATURES = 40 };

typedef struct {
  int64_t *offsets;
  uint32_t *columns;
  float *values;
} sparse_rows;

sparse_rows sparse_rows_make(uint64_t seed, size_t gap, int are_whole);

/* Makes `level` the one in use; a check that it can be. */
void use_level(int level);
