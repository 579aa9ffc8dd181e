/* The meaning: FIPS 180-4, section 6.2.2, with its letters. */
#include "digest.h"

const uint32_t fk_sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

enum { A, B, C, D, E, F, G, H };

static inline uint32_t rotate(uint32_t word, int count) { return word >> count | word << (32 - count); }

static inline uint32_t big_endian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Step 1: the 16 words of a block become 64. */
static inline void extend(uint32_t schedule[64], const uint8_t *block) {
  for (int t = 0; t < 16; t++) schedule[t] = big_endian(block + 4 * t);
  for (int t = 16; t < 64; t++) {
    uint32_t early = schedule[t - 15], late = schedule[t - 2];
    uint32_t small0 = rotate(early, 7) ^ rotate(early, 18) ^ early >> 3;
    uint32_t small1 = rotate(late, 17) ^ rotate(late, 19) ^ late >> 10;
    schedule[t] = schedule[t - 16] + small0 + schedule[t - 7] + small1;
  }
}

/* Step 3. The letters change their places from round to round; unrolled by eight, nothing has to be moved. */
static inline void mix(uint32_t v[8], int t, uint32_t word) {
#define AT(letter) v[((letter) - t) & 7]
  uint32_t a = AT(A), b = AT(B), c = AT(C), e = AT(E), f = AT(F), g = AT(G);
  uint32_t big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
  uint32_t first = AT(H) + big1 + (g ^ (e & (f ^ g))) + word;
  uint32_t big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
  AT(D) += first;
  AT(H) = first + big0 + ((a & b) ^ (c & (a ^ b)));
#undef AT
}

void fk_sha256_scalar(uint32_t state[8], const uint8_t *bytes, size_t block_count) {
  uint32_t schedule[64];
  for (; block_count > 0; block_count--, bytes += FK_SHA256_BLOCK) {
    uint32_t v[8];
    extend(schedule, bytes);
    for (int i = 0; i < 8; i++) v[i] = state[i];
    for (int start = 0; start < 64; start += 8)
#pragma clang loop unroll(full)
      for (int t = 0; t < 8; t++) mix(v, t, schedule[start + t] + fk_sha256_constants[start + t]);
    for (int i = 0; i < 8; i++) state[i] += v[i];
  }
}
