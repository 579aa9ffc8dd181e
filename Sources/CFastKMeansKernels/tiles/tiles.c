#include "fk_tiles.h"

#include <string.h>

#include "../scoring/half.h"
#include "fk_platform.h"
#include "tile_levels.h"

/* A product and a sum are two roundings, as in local.c: arm64 would fuse them, x86-64 would not. */
#pragma clang fp contract(off)

void fk_tile_scores(const fk_tile_batch *batch, const uint16_t *tile, uint16_t least, float *score, size_t stride) {
  switch (fk_simd_level()) {
#if defined(__x86_64__)
    case FK_SIMD_AVX512: fk_tile_scores_avx512(batch, tile, least, score, stride); return;
    case FK_SIMD_AVX2: fk_tile_scores_avx2(batch, tile, least, score, stride); return;
#elif defined(__aarch64__)
    case FK_SIMD_NEON: fk_tile_scores_neon(batch, tile, least, score, stride); return;
#endif
    default: fk_tile_scores_scalar(batch, tile, least, score, stride);
  }
}

/* The finalizer of MurmurHash3 (Appleby, public domain): every bit of the input changes every bit of the lot. */
static uint32_t scrambled(uint32_t bits) {
  bits ^= bits >> 16;
  bits *= 0x85EBCA6Bu;
  bits ^= bits >> 13;
  bits *= 0xC2B2AE35u;
  return bits ^ bits >> 16;
}

/* The float's upper half, after up to one step of its last place has been added to its magnitude. */
static uint16_t rounded_by_lot(float value, uint32_t lot) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (uint16_t)((bits + (lot & 0xFFFF)) >> 16);
}

void fk_tile_move(const uint32_t *column, const float *value, size_t count, const fk_refine_move *moves,
                  size_t move_count, float rate, uint32_t noise, uint16_t *cells, size_t features, size_t begin,
                  size_t end) {
  for (size_t m = 0; m < move_count; m++) {
    size_t tile = moves[m].lane / FK_TILE_LANES;
    if (tile < begin || tile >= end) continue;
    uint16_t *lane = cells + tile * features * FK_TILE_LANES + moves[m].lane % FK_TILE_LANES;
    float step = rate * moves[m].factor;
    uint32_t seed = noise + (uint32_t)m * 0x9E3779B9u;
    for (size_t k = 0; k < count; k++) {
      size_t ahead = k + FK_TILE_AHEAD < count ? k + FK_TILE_AHEAD : count - 1;
      __builtin_prefetch(lane + (size_t)column[ahead] * FK_TILE_LANES, 1);
      uint16_t *cell = lane + (size_t)column[k] * FK_TILE_LANES;
      *cell = rounded_by_lot(fk_widen_bf16(*cell) + step * value[k], scrambled(seed ^ (uint32_t)k * 0x85EBCA77u));
    }
  }
}

void fk_tile_tally(const uint16_t *cells, size_t count, uint64_t *tally) {
  for (size_t i = 0; i < count; i++) tally[cells[i] & 0x7FFF]++;
}

void fk_tile_drop(uint16_t *cells, size_t count, uint16_t least) {
  for (size_t i = 0; i < count; i++) cells[i] = (cells[i] & 0x7FFF) < least ? 0 : cells[i];
}
