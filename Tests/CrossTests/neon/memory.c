#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

enum { SLOTS = 32, SLOT_BYTES = 1 << 20, WATCHED = 64, FILL = 0xA5 };

typedef struct {
  unsigned char *end; /* of the memory, where the locked page begins */
  unsigned char *array, *array_end;
} slot;

static slot slots[SLOTS];
static size_t used;

static void give_up(const char *why) {
  fprintf(stderr, "%s\n", why);
  exit(2);
}

static void open_slot(slot *s) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  unsigned char *start =
      mmap(NULL, SLOT_BYTES + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED || mprotect(start + SLOT_BYTES, page, PROT_NONE) != 0) give_up("no memory for the tests");
  s->end = start + SLOT_BYTES;
}

void *memory_array(size_t count, size_t size, size_t gap) {
  if (used == SLOTS || (count + gap) * size + WATCHED > SLOT_BYTES) give_up("too much memory for one case");
  slot *s = &slots[used++];
  if (!s->end) open_slot(s);
  s->array_end = s->end - gap * size;
  s->array = s->array_end - count * size;
  memset(s->array - WATCHED, FILL, (size_t)(s->end - s->array) + WATCHED);
  return s->array;
}

static int is_untouched(const unsigned char *from, const unsigned char *to) {
  for (; from < to; from++)
    if (*from != FILL) return 0;
  return 1;
}

void memory_check(void) {
  for (size_t i = 0; i < used; i++) {
    check("written before the beginning", is_untouched(slots[i].array - WATCHED, slots[i].array));
    check("written beyond the end", is_untouched(slots[i].array_end, slots[i].end));
  }
  used = 0;
}

/* Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195. */
static uint64_t random_bits(uint64_t *state) {
  uint64_t z = (*state += 0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

uint64_t random_below(uint64_t *state, uint64_t limit) { return (random_bits(state) >> 32) * limit >> 32; }

float *memory_floats(size_t count, size_t gap, float value) {
  float *out = memory_array(count, sizeof *out, gap);
  for (size_t i = 0; i < count; i++) out[i] = value;
  return out;
}

float *memory_fractions(size_t count, size_t gap, uint64_t seed) {
  float *out = memory_array(count, sizeof *out, gap);
  for (size_t i = 0; i < count; i++) out[i] = (float)random_below(&seed, 1 << 24) * 0x1p-23f - 1;
  return out;
}

float *memory_whole_numbers(size_t count, size_t gap, uint64_t seed) {
  float *out = memory_array(count, sizeof *out, gap);
  for (size_t i = 0; i < count; i++) out[i] = (float)random_below(&seed, 17) - 8;
  return out;
}

int16_t *memory_words(size_t count, size_t gap, uint64_t seed) {
  int16_t *out = memory_array(count, sizeof *out, gap);
  for (size_t i = 0; i < count; i++) out[i] = (int16_t)((int)random_below(&seed, 65535) - 32767);
  return out;
}

int8_t *memory_codes(size_t count, size_t gap, uint64_t seed) {
  int8_t *out = memory_array(count, sizeof *out, gap);
  for (size_t i = 0; i < count; i++) out[i] = (int8_t)((int)random_below(&seed, 256) - 128);
  return out;
}

void *memory_copy(const void *values, size_t count, size_t size, size_t gap) {
  void *out = memory_array(count, size, gap);
  if (count > 0) memcpy(out, values, count * size);
  return out;
}
