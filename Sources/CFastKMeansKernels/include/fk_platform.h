#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Instruction sets, each with its own file in every family of kernels. */
enum {
  FK_SIMD_SCALAR = 0, /* plain C; the meaning of every kernel */
  FK_SIMD_AVX2 = 1,   /* x86-64 with AVX2, FMA and F16C */
  FK_SIMD_AVX512 = 2, /* x86-64 with AVX-512 F, BW, DQ and VL as well */
  FK_SIMD_NEON = 3    /* arm64 */
};

/* The number of processors that this process may use; at least 1. */
int fk_available_cores(void);

/* Bytes of memory that this machine has. */
uint64_t fk_physical_memory_bytes(void);

/* Runs `body(context)` on a new thread, which receives no signals and for which nobody waits. Returns 0, or the
 * system's error number if it has no memory for one or allows no more. */
int fk_start_thread(void *(*body)(void *), void *context);

/* Whether this machine can run an instruction set. */
int fk_simd_is_supported(int level);

/* The instruction set in use: the best supported one, or the one that the environment variable
 * FASTKMEANS_SIMD (scalar, avx2, avx512, neon) names if it is supported; else the best one. Read once. */
int fk_simd_level(void);

/* Forces a supported level on the calling thread from now on (tests); returns 0, or -1 if this machine lacks it. */
int fk_simd_force(int level);

/* The name of a level, as in FASTKMEANS_SIMD. */
const char *fk_simd_name(int level);

#ifdef __cplusplus
}
#endif
