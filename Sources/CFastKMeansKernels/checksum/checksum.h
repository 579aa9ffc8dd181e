#pragma once
#include <stddef.h>
#include <stdint.h>

/* Each takes and gives the register: the checksum with all bits turned over. */
uint32_t fk_crc32c_scalar(uint32_t state, const uint8_t *bytes, size_t count);
uint32_t fk_crc32c_hardware(uint32_t state, const uint8_t *bytes, size_t count);

/* Whether this processor has the instruction. */
int fk_crc32c_has_hardware(void);
