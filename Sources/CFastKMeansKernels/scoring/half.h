#pragma once
/* Widening of 16-bit floats in plain C; exact. */
#include <stdint.h>
#include <string.h>

static inline float fk_widen_bf16(uint16_t bits) {
  uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

static inline float fk_widen_f16(uint16_t bits) {
  uint32_t sign = (uint32_t)(bits & 0x8000) << 16, exponent = (bits >> 10) & 0x1F, fraction = bits & 0x3FF;
  uint32_t wide;
  float value;
  if (exponent == 0) {
    /* Zero or subnormal: fraction / 2^24, exact in single precision. */
    value = (float)fraction * 0x1p-24f;
    return sign ? -value : value;
  }
  wide = exponent == 0x1F ? sign | 0x7F800000u | fraction << 13 : sign | (exponent + 112) << 23 | fraction << 13;
  memcpy(&value, &wide, sizeof value);
  return value;
}

static inline float fk_widen_f32(float value) { return value; }
