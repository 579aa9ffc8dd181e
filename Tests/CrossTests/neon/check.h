#pragma once
/* Checks that are counted, with the case that they belong to. */
#include <stddef.h>
#include <stdint.h>

/* Walks an array of sizes: FOR_EACH(count, counts) { ... } */
#define FOR_EACH(name, list)                                                                       \
  for (size_t name##_at = 0, name = 0;                                                             \
       name##_at < sizeof(list) / sizeof *(list) && (name = (list)[name##_at], 1); name##_at++)

/* Names the case of the checks that follow; a failure prints it, and so does a fault. */
void check_case(const char *format, ...) __attribute__((format(printf, 1, 2)));

void check(const char *what, int holds);
void check_near(const char *what, double found, double wanted, double tolerance);
void check_bytes(const char *what, const void *found, const void *wanted, size_t bytes);

/* The same bits, but that a zero may have any sign and a NaN any bits. */
void check_floats(const char *what, const float *found, const float *wanted, size_t count);

/* From now on a fault is a failure that says its case. */
void check_catch_faults(void);

size_t check_count(void);
size_t check_failures(void);
