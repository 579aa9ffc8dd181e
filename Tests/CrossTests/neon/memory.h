#pragma once
/* Arrays that notice what happens beyond their ends, with numbers that are the same in every run. */
#include <stddef.h>
#include <stdint.h>

/* An array whose end is `gap` values before a page that can't be read or written. With no gap, a value too many read
 * or written is a fault; with one, the array begins off a vector's boundary. Up to 32 at a time, 1 MB each. */
void *memory_array(size_t count, size_t size, size_t gap);

/* Checks that nothing was written beside the arrays, and takes them back. */
void memory_check(void);

/* Arrays of numbers; which ones depends on the seed only. */
float *memory_floats(size_t count, size_t gap, float value);
float *memory_fractions(size_t count, size_t gap, uint64_t seed);     /* -1 .. 1 */
float *memory_whole_numbers(size_t count, size_t gap, uint64_t seed); /* -8 .. 8: sums are exact in any order */
int16_t *memory_words(size_t count, size_t gap, uint64_t seed);       /* -32767 .. 32767 */
int8_t *memory_codes(size_t count, size_t gap, uint64_t seed);        /* -128 .. 127 */
void *memory_copy(const void *values, size_t count, size_t size, size_t gap);

/* Repeatable random numbers: the next one, below the limit. */
uint64_t random_below(uint64_t *state, uint64_t limit);
