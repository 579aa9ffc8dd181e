/* The meaning: eight bytes at a time through eight tables (Kounavis and Berry 2008, doi:10.1109/TC.2008.85). */
#include <pthread.h>

#include "checksum.h"

enum { POLYNOMIAL = 0x82F63B78u };

static uint32_t tables[8][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t value = byte;
    for (int bit = 0; bit < 8; bit++) value = value & 1 ? value >> 1 ^ POLYNOMIAL : value >> 1;
    tables[0][byte] = value;
  }
  for (int table = 1; table < 8; table++)
    for (uint32_t byte = 0; byte < 256; byte++)
      tables[table][byte] = tables[table - 1][byte] >> 8 ^ tables[0][tables[table - 1][byte] & 255];
}

uint32_t fk_crc32c_scalar(uint32_t state, const uint8_t *bytes, size_t count) {
  pthread_once(&once, make_tables);
  while (count >= 8) {
    uint32_t low = state ^ ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
    state = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^ tables[4][low >> 24] ^
            tables[3][bytes[4]] ^ tables[2][bytes[5]] ^ tables[1][bytes[6]] ^ tables[0][bytes[7]];
    bytes += 8;
    count -= 8;
  }
  while (count--) state = state >> 8 ^ tables[0][(state ^ *bytes++) & 255];
  return state;
}
