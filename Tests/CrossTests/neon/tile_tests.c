#include <math.h>
#include <string.h>

#include "check.h"
#include "families.h"
#include "fk_checksum.h"
#include "fk_tiles.h"
#include "memory.h"
#include "sparse_rows.h"

enum { LANES = FK_TILE_LANES, CELLS = SPARSE_FEATURES * LANES };

static float widened(uint16_t bits) {
  uint32_t wide = (uint32_t)bits << 16;
  float value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

static uint16_t halved(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (uint16_t)(bits >> 16);
}

/* Weights of every size, small ones among them. */
static uint16_t *make_cells(size_t count, size_t gap, uint64_t seed) {
  uint16_t *cells = memory_array(count, sizeof *cells, gap);
  for (size_t i = 0; i < count; i++) {
    float value = (float)random_below(&seed, 4001) / 1000 - 2;
    cells[i] = halved(random_below(&seed, 2) ? value : value / 1000);
  }
  return cells;
}

static void scores(int level, size_t gap, size_t stride, uint16_t least, size_t documents) {
  check_case("tiles, gap %zu, stride %zu, weights from %u, %zu documents", gap, stride, least, documents);
  sparse_rows rows = sparse_rows_make(stride, gap, 0);
  uint16_t *tile = make_cells(CELLS, gap, 3);
  tile[5] = 0x7FC0, tile[6] = 0x7F80, tile[7] = 0xFF80;
  /* Beyond the 64 lanes of the last document nothing may be written, so it has no more than these. */
  size_t count = documents > 0 ? (documents - 1) * stride + LANES : 0;
  float *found = memory_floats(count, gap, -1), *wanted = memory_floats(count, gap, -1);
  float *defined = memory_floats(count, gap, -1);
  for (size_t d = 0; d < documents; d++)
    for (size_t l = 0; l < LANES; l++) {
      float *sum = defined + d * stride + l;
      *sum = 0;
      for (int64_t k = rows.offsets[d]; k < rows.offsets[d + 1]; k++) {
        uint16_t bits = tile[rows.columns[k] * LANES + l];
        *sum = fmaf(rows.values[k], (bits & 0x7FFF) < least ? 0 : widened(bits), *sum);
      }
    }
  const fk_tile_batch batch = {documents, rows.offsets, rows.columns, rows.values};
  use_level(FK_SIMD_SCALAR);
  fk_tile_scores(&batch, tile, least, wanted, stride);
  use_level(level);
  fk_tile_scores(&batch, tile, least, found, stride);
  check_floats("tile_scores and scalar", found, wanted, count);
  check_floats("tile_scores and definition", found, defined, count);
  memory_check();
}

/* Whether a cell became one of the two bfloat16 next to the sum. */
static int is_neighbour(uint16_t found, float sum) {
  return found == halved(sum) || found == (uint16_t)(halved(sum) + 1);
}

enum { ENTRIES = 40, TILES = 2, MOVES = 4, ALL_CELLS = TILES * CELLS };
static const fk_refine_move move_list[MOVES] = {{3, 0.7f}, {63, -0.3f}, {64, -0.4f}, {127, 1}};

static void moves(void) {
  check_case("tiles, moves");
  uint16_t *cells = make_cells(ALL_CELLS, 0, 8), *before = memory_copy(cells, ALL_CELLS, sizeof *cells, 0);
  float *values = memory_fractions(ENTRIES, 0, 9);
  uint32_t *columns = memory_array(ENTRIES, sizeof *columns, 0);
  for (uint32_t k = 0; k < ENTRIES; k++) columns[k] = ENTRIES - 1 - k;
  fk_tile_move(columns, values, ENTRIES, move_list, MOVES, 1.7f, 12345, cells, SPARSE_FEATURES, 0, TILES);
  for (size_t m = 0; m < MOVES; m++)
    for (size_t k = 0; k < ENTRIES; k++) {
      size_t tile = move_list[m].lane / LANES, lane = move_list[m].lane % LANES;
      size_t cell = (tile * SPARSE_FEATURES + columns[k]) * LANES + lane;
      volatile float step = 1.7f * move_list[m].factor, change = step * values[k];
      check("a neighbour of the sum", is_neighbour(cells[cell], widened(before[cell]) + change));
      before[cell] = cells[cell];
    }
  check_bytes("other cells", cells, before, ALL_CELLS * sizeof *cells);
  /* Many, there and back, and all states between: a sum that is rounded once and not twice shows in few of them. The
   * number is what x86-64 gives. */
  uint32_t sum = 0;
  for (uint32_t noise = 0; noise < 8000; noise++) {
    fk_tile_move(columns, values, ENTRIES, move_list, MOVES, noise % 2 ? 1.7f : -1.7f, noise, cells, SPARSE_FEATURES, 0,
                 TILES);
    sum = fk_crc32c(sum, cells, ALL_CELLS * sizeof *cells);
  }
  check_bytes("the same bits on every machine", &sum, &(const uint32_t){0xE8D2702F}, sizeof sum);
  memory_check();
}

void test_tiles(int level) {
  const uint16_t leasts[] = {0, halved(0.01f), halved(1.5f)};
  for (size_t gap = 0; gap < 2; gap++)
    for (size_t stride = LANES; stride <= LANES + 8; stride += 8)
      for (int i = 0; i < 3; i++)
        for (size_t documents = 0; documents <= SPARSE_ROWS; documents++)
          scores(level, gap, stride, leasts[i], documents);
  moves();
}
