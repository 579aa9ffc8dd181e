/* The processors' own instruction for this polynomial: SSE 4.2, and the CRC extension of arm64. */
#include <string.h>

#include "checksum.h"

#if defined(__x86_64__)
#include <nmmintrin.h>

int fk_crc32c_has_hardware(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("sse4.2") != 0;
}

__attribute__((target("sse4.2"))) uint32_t fk_crc32c_hardware(uint32_t state, const uint8_t *bytes, size_t count) {
  uint64_t wide = state;
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    wide = _mm_crc32_u64(wide, word);
  }
  state = (uint32_t)wide;
  while (count--) state = _mm_crc32_u8(state, *bytes++);
  return state;
}
#elif defined(__aarch64__) && (defined(__APPLE__) || defined(__linux__))
#include <arm_acle.h>
#if defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

int fk_crc32c_has_hardware(void) {
#if defined(__linux__)
  return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
#else
  return 1; /* every arm64 machine of Apple's has it */
#endif
}

__attribute__((target("crc"))) uint32_t fk_crc32c_hardware(uint32_t state, const uint8_t *bytes, size_t count) {
  for (; count >= 8; bytes += 8, count -= 8) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    state = __crc32cd(state, word);
  }
  while (count--) state = __crc32cb(state, *bytes++);
  return state;
}
#else
int fk_crc32c_has_hardware(void) { return 0; }

uint32_t fk_crc32c_hardware(uint32_t state, const uint8_t *bytes, size_t count) {
  return fk_crc32c_scalar(state, bytes, count);
}
#endif
