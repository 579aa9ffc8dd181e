#pragma once
#include <stddef.h>
#include <stdint.h>

/* What the machine can do at most, found by loops that do nothing else. Levels are those of the kernels:
 * 0 scalar, 1 AVX2 with FMA, 2 AVX-512, 3 NEON. A level that this build or machine lacks does no work: it returns 0. */

/* Whether mp_multiply_adds and the others run at this level here. */
int mp_is_supported(int level);

/* Runs `rounds` rounds of independent multiply-adds in single precision; returns the operations done, two for each
 * lane. */
uint64_t mp_multiply_adds(int level, uint64_t rounds);

/* The same with what codes are summed by: 16-bit multiply with rounding and add, two operations for each lane. */
uint64_t mp_code_sums(int level, uint64_t rounds);

/* Reads all the bytes, a multiple of 1,024, once; returns how many. */
uint64_t mp_read(int level, const void *bytes, size_t count);
