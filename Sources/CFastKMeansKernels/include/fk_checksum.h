#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* CRC-32C (Castagnoli, as in RFC 3720) of bytes, continued from the checksum of those before them; 0 to begin. */
uint32_t fk_crc32c(uint32_t previous, const void *bytes, size_t count);

#ifdef __cplusplus
}
#endif
