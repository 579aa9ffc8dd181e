#include <stdio.h>
#include <string.h>

#include "../../../Sources/CFastKMeansKernels/checksum/checksum.h"
#include "check.h"
#include "families.h"
#include "fk_checksum.h"
#include "memory.h"

/* Bit by bit, as RFC 3720 defines it. */
static uint32_t defined(uint32_t state, const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) {
    state ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) state = state & 1 ? state >> 1 ^ 0x82F63B78u : state >> 1;
  }
  return state;
}

static void bytes(size_t count, size_t gap) {
  check_case("checksum, %zu bytes, gap %zu", count, gap);
  uint8_t *bytes = (uint8_t *)memory_codes(count, gap, count);
  uint32_t start = 0x12345678u * (uint32_t)(count + 1), wanted = defined(start, bytes, count);
  check("scalar", fk_crc32c_scalar(start, bytes, count) == wanted);
  if (fk_crc32c_has_hardware()) check("hardware", fk_crc32c_hardware(start, bytes, count) == wanted);
  uint32_t first = fk_crc32c(~start, bytes, count / 3);
  check("in two parts", fk_crc32c(first, bytes + count / 3, count - count / 3) == ~wanted);
  memory_check();
}

/* The examples of RFC 3720, and the usual one. */
static void known_values(void) {
  check_case("checksum, known values");
  uint8_t zeros[32] = {0}, ones[32];
  memset(ones, 0xFF, sizeof ones);
  check("zeros", fk_crc32c(0, zeros, sizeof zeros) == 0x8A9136AAu);
  check("ones", fk_crc32c(0, ones, sizeof ones) == 0x62A8AB43u);
  check("digits", fk_crc32c(0, "123456789", 9) == 0xE3069283u);
}

void test_checksum(int level) {
  const int levels[] = {FK_SIMD_SCALAR, level};
  if (!fk_crc32c_has_hardware()) printf("checksum: this processor has no instruction for it\n");
  for (int i = 0; i < 2; i++) {
    check("the level can be forced", fk_simd_force(levels[i]) == 0);
    known_values();
    for (size_t gap = 0; gap < 8; gap++) {
      for (size_t count = 0; count < 40; count++) bytes(count, gap);
      bytes(1000, gap);
    }
  }
}
