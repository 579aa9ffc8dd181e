#pragma once
#include <stddef.h>
#include <stdint.h>

#include "fk_digest.h"

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
extern const uint32_t fk_sha256_constants[64];

void fk_sha256_scalar(uint32_t state[8], const uint8_t *bytes, size_t block_count);
void fk_sha256_hardware(uint32_t state[8], const uint8_t *bytes, size_t block_count);

/* Whether this processor has the instructions. */
int fk_sha256_has_hardware(void);
