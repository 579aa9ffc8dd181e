#include <stdio.h>
#include <string.h>

#include "../../../Sources/CFastKMeansKernels/digest/digest.h"
#include "check.h"
#include "families.h"
#include "memory.h"

static const uint32_t first_state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static int same(const uint32_t *one, const uint32_t *other) { return memcmp(one, other, 8 * sizeof *one) == 0; }

/* "abc", one padded block: FIPS 180-2, appendix B.1. */
static void known_value(void) {
  static const uint32_t wanted[8] = {0xba7816bf, 0x8f01cfea, 0x414140de, 0x5dae2223,
                                     0xb00361a3, 0x96177a9c, 0xb410ff61, 0xf20015ad};
  check_case("digest, known value");
  uint8_t block[FK_SHA256_BLOCK] = {'a', 'b', 'c', 0x80};
  block[FK_SHA256_BLOCK - 1] = 24;
  uint32_t state[8];
  memcpy(state, first_state, sizeof state);
  fk_sha256_blocks(state, block, 1);
  check("abc", same(state, wanted));
}

static void blocks(size_t count, size_t gap) {
  check_case("digest, %zu blocks, gap %zu", count, gap);
  uint8_t *bytes = (uint8_t *)memory_codes(count * FK_SHA256_BLOCK, gap, count);
  uint32_t scalar[8], hardware[8], parts[8];
  memcpy(scalar, first_state, sizeof scalar);
  memcpy(hardware, first_state, sizeof hardware);
  memcpy(parts, first_state, sizeof parts);
  fk_sha256_scalar(scalar, bytes, count);
  if (fk_sha256_has_hardware()) {
    fk_sha256_hardware(hardware, bytes, count);
    check("hardware", same(hardware, scalar));
  }
  fk_sha256_blocks(parts, bytes, count / 3);
  fk_sha256_blocks(parts, bytes + count / 3 * FK_SHA256_BLOCK, count - count / 3);
  check("in two parts", same(parts, scalar));
  memory_check();
}

void test_digest(int level) {
  const int levels[] = {FK_SIMD_SCALAR, level};
  if (!fk_sha256_has_hardware()) printf("digest: this processor has no instructions for it\n");
  for (int i = 0; i < 2; i++) {
    check("the level can be forced", fk_simd_force(levels[i]) == 0);
    known_value();
    for (size_t gap = 0; gap < 8; gap++)
      for (size_t count = 0; count < 8; count++) blocks(count, gap);
  }
}
