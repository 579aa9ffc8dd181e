#include "digest.h"

#include "fk_platform.h"

void fk_sha256_blocks(uint32_t state[8], const void *bytes, size_t block_count) {
  if (fk_simd_level() != FK_SIMD_SCALAR && fk_sha256_has_hardware())
    fk_sha256_hardware(state, bytes, block_count);
  else
    fk_sha256_scalar(state, bytes, block_count);
}
