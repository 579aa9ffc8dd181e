#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { FK_SHA256_BLOCK = 64 };

/* Takes whole blocks of 64 bytes into the eight words of a SHA-256 state (FIPS 180-4, section 6.2.2). Padding is the
 * caller's. By the processor's own instructions where it has them and FASTKMEANS_SIMD does not say `scalar`. */
void fk_sha256_blocks(uint32_t state[8], const void *bytes, size_t block_count);

#ifdef __cplusplus
}
#endif
