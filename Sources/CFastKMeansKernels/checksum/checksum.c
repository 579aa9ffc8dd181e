#include "checksum.h"

#include "fk_checksum.h"
#include "fk_platform.h"

uint32_t fk_crc32c(uint32_t previous, const void *bytes, size_t count) {
  uint32_t state = ~previous;
  if (fk_simd_level() != FK_SIMD_SCALAR && fk_crc32c_has_hardware())
    return ~fk_crc32c_hardware(state, bytes, count);
  return ~fk_crc32c_scalar(state, bytes, count);
}
