#include "sparse_rows.h"

#include "check.h"
#include "fk_platform.h"
#include "memory.h"

/* Round how far ahead a kernel asks for memory. */
static const size_t lengths[SPARSE_ROWS] = {0, 1, 2, 11, 12, 13, 15, 16, 17, 40};

sparse_rows sparse_rows_make(uint64_t seed, size_t gap, int are_whole) {
  sparse_rows rows = {memory_array(SPARSE_ROWS + 1, sizeof *rows.offsets, 0), NULL, NULL};
  rows.offsets[0] = 0;
  for (size_t i = 0; i < SPARSE_ROWS; i++) rows.offsets[i + 1] = rows.offsets[i] + (int64_t)lengths[i];
  size_t count = (size_t)rows.offsets[SPARSE_ROWS];
  rows.columns = memory_array(count, sizeof *rows.columns, gap);
  rows.values = (are_whole ? memory_whole_numbers : memory_fractions)(count, gap, seed);
  for (size_t k = 0; k < count; k++) rows.columns[k] = (uint32_t)random_below(&seed, SPARSE_FEATURES);
  return rows;
}

void use_level(int level) { check("the level can be forced", fk_simd_force(level) == 0); }
