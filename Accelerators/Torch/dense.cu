// The kernel of our own for dense rows in 16 bits: products on tensor cores, of which only each row's best leaves the
// multiprocessor. The library writes every score first (60 GB for a million rows and 15,000 prototypes), which takes
// longer than the products do.
//
// A block has 64 rows for each of its warp groups to itself and keeps them in shared memory; all prototypes stream past,
// 128 at a time, in slices of features. A separate warp asks the copy engine (TMA) for them, some slices ahead. Warp
// groups wait for slices, not for each other: while one looks for the best in its sums, the others multiply.
//
// Products of warp groups (wgmma) are Hopper's own: the text is empty for other architectures, and the library's product
// with `fk_score_rows` is what runs there and on the processor. Layouts in shared memory are those of the PTX manual
// (https://docs.nvidia.com/cuda/parallel-thread-execution, "Shared Memory Matrix Layout"): lines of 128 bytes, the chunk
// of 16 bytes exclusive-or the line's number modulo 8, which is also how the copy engine writes them.
#ifdef __CUDA_ARCH_FEAT_SM90_ALL

#define FK_LINE_BYTES 128
#define FK_PIECE_BYTES (FK_GROUP_ROWS * FK_LINE_BYTES)

FK_DEVICE unsigned int fk_shared_address(const void *pointer) { return (unsigned int)__cvta_generic_to_shared(pointer); }

// Barriers in shared memory, for `count` arrivals a phase; phases are counted modulo 2.
FK_DEVICE void fk_barrier_make(unsigned int barrier, unsigned int count) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(count) : "memory");
}

FK_DEVICE void fk_barrier_arrive(unsigned int barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}

// Arrives, and expects this many bytes of the copy engine before the phase ends.
FK_DEVICE void fk_barrier_expect(unsigned int barrier, unsigned int bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

FK_DEVICE void fk_barrier_wait(unsigned int barrier, unsigned int phase) {
  unsigned int is_done;
  do {
    asm volatile("{ .reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2; selp.u32 %0, 1, 0, p; }"
                 : "=r"(is_done) : "r"(barrier), "r"(phase) : "memory");
  } while (!is_done);
}

// A box of a matrix that the driver has described, to shared memory; zeros for what lies outside of the matrix.
FK_DEVICE void fk_copy_box(unsigned int to, const fk_matrix_map *map, int column, int row, unsigned int barrier) {
  asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], "
               "[%4];" ::"r"(to), "l"(map), "r"(column), "r"(row), "r"(barrier) : "memory");
}

// What names a matrix in shared memory to the tensor cores: its address, the distance between pieces of 64 values and
// that between pieces of 8 lines, all in 16 bytes; 1: lines of 128 bytes.
FK_DEVICE unsigned long long fk_matrix(unsigned int address, unsigned int across, unsigned int along) {
  return (unsigned long long)(address >> 4 & 0x3fff) | (unsigned long long)(across >> 4) << 16 |
         (unsigned long long)(along >> 4) << 32 | 1ull << 62;
}

// 64 rows times 128 prototypes over 16 features, added to `sum` or in its place. Rows are contiguous along features,
// prototypes along lanes.
#define FK_MULTIPLY(Half, type)                                                                                    \
FK_DEVICE void fk_multiply(Half, float (&sum)[64], unsigned long long rows, unsigned long long slice, int adds) {  \
  asm volatile(                                                                                                    \
      "{ .reg .pred p; setp.ne.b32 p, %66, 0; "                                                                    \
      "wgmma.mma_async.sync.aligned.m64n128k16.f32." type "." type " {"                                            \
      "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, "       \
      "%22, %23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, "       \
      "%42, %43, %44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, "       \
      "%62, %63 "                                                                                                  \
      "}, %64, %65, p, 1, 1, 0, 1; }"                                                                              \
      : "+f"(sum[0]), "+f"(sum[1]), "+f"(sum[2]), "+f"(sum[3]), "+f"(sum[4]), "+f"(sum[5]), "+f"(sum[6]),          \
        "+f"(sum[7]), "+f"(sum[8]), "+f"(sum[9]), "+f"(sum[10]), "+f"(sum[11]), "+f"(sum[12]), "+f"(sum[13]),      \
        "+f"(sum[14]), "+f"(sum[15]), "+f"(sum[16]), "+f"(sum[17]), "+f"(sum[18]), "+f"(sum[19]), "+f"(sum[20]),   \
        "+f"(sum[21]), "+f"(sum[22]), "+f"(sum[23]), "+f"(sum[24]), "+f"(sum[25]), "+f"(sum[26]), "+f"(sum[27]),   \
        "+f"(sum[28]), "+f"(sum[29]), "+f"(sum[30]), "+f"(sum[31]), "+f"(sum[32]), "+f"(sum[33]), "+f"(sum[34]),   \
        "+f"(sum[35]), "+f"(sum[36]), "+f"(sum[37]), "+f"(sum[38]), "+f"(sum[39]), "+f"(sum[40]), "+f"(sum[41]),   \
        "+f"(sum[42]), "+f"(sum[43]), "+f"(sum[44]), "+f"(sum[45]), "+f"(sum[46]), "+f"(sum[47]), "+f"(sum[48]),   \
        "+f"(sum[49]), "+f"(sum[50]), "+f"(sum[51]), "+f"(sum[52]), "+f"(sum[53]), "+f"(sum[54]), "+f"(sum[55]),   \
        "+f"(sum[56]), "+f"(sum[57]), "+f"(sum[58]), "+f"(sum[59]), "+f"(sum[60]), "+f"(sum[61]), "+f"(sum[62]),   \
        "+f"(sum[63])                                                                                              \
      : "l"(rows), "l"(slice), "r"(adds));                                                                         \
}
FK_MULTIPLY(fk_bfloat, "bf16")
FK_MULTIPLY(fk_half, "f16")

// A row's best so far, as a thread has seen it.
struct fk_best {
  float score;
  int lane;
};

// Takes a tile's scores. Lanes ascend, so the first of equal scores stays.
template <bool IS_WHOLE>
FK_DEVICE void fk_take(const float (&sum)[64], const fk_dense_request &request, int lane, fk_best (&best)[2]) {
#pragma unroll
  for (int n = 0; n < 16; n++) {
#pragma unroll
    for (int side = 0; side < 2; side++) {
      int at = lane + n * 8 + side;
      if (!IS_WHOLE && at >= request.count) continue;
      float bias = request.bias ? request.bias[at] : 0.0f;
#pragma unroll
      for (int half = 0; half < 2; half++) {
        float score = sum[n * 4 + half * 2 + side] + bias;
        if (score > best[half].score) best[half] = {score, at};
      }
    }
  }
}

FK_DEVICE void fk_take_tile(const float (&sum)[64], const fk_dense_request &request, int tile, fk_best (&best)[2]) {
  int first = tile * FK_TILE_LANES, lane = first + FK_THREAD % 4 * 2;
  if (first + FK_TILE_LANES <= request.count) fk_take<true>(sum, request, lane, best);
  else fk_take<false>(sum, request, lane, best);
}

// Four threads have seen parts of the same row.
FK_DEVICE void fk_offer_best(const fk_dense_request &request, fk_long row, fk_best best) {
  fk_key key = fk_candidate(best.score, request.first + (unsigned int)best.lane);
#pragma unroll
  for (int distance = 1; distance < 4; distance *= 2) {
    fk_key other = __shfl_xor_sync(0xffffffffu, key, distance);
    if (other > key) key = other;
  }
  if (FK_THREAD % 4 == 0 && row < request.row_count && key) atomicMax(request.best + row, key);
}

// Where things lie in shared memory.
template <int GROUPS, int DEPTH, int STAGES> struct fk_layout {
  static constexpr int row_count = GROUPS * FK_GROUP_ROWS;
  static constexpr unsigned int slice_bytes = DEPTH * FK_TILE_LANES * 2;
  unsigned int rows, slices, full, empty, rows_full;

  __device__ __forceinline__ fk_layout(unsigned int base, int padded) {
    rows = base;
    slices = rows + (unsigned int)(row_count * padded * 2);
    full = slices + STAGES * slice_bytes;
    empty = full + STAGES * 8;
    rows_full = empty + STAGES * 8;
  }

  __device__ __forceinline__ void make_barriers() const {
    for (int slot = 0; slot < STAGES; slot++) {
      fk_barrier_make(full + slot * 8, 1);
      fk_barrier_make(empty + slot * 8, GROUPS * FK_GROUP_THREADS / FK_WARP);
    }
    fk_barrier_make(rows_full, 1);
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
  }
};

// A place in the ring of slices.
template <int STAGES> struct fk_turn {
  int slot = 0;
  unsigned int phase = 0;

  __device__ __forceinline__ void advance() {
    if (++slot < STAGES) return;
    slot = 0;
    phase ^= 1;
  }
};

// The copying warp's one thread.
template <int GROUPS, int DEPTH, int STAGES>
FK_DEVICE void fk_copy_all(const fk_layout<GROUPS, DEPTH, STAGES> &layout, const fk_matrix_map *rows,
                           const fk_matrix_map *table, int first, int padded, int tiles) {
  fk_barrier_expect(layout.rows_full, (unsigned int)(layout.row_count * padded * 2));
  for (int feature = 0; feature < padded; feature += FK_LINE_VALUES)
    for (int group = 0; group < GROUPS; group++)
      fk_copy_box(layout.rows + (unsigned int)(feature / FK_LINE_VALUES * GROUPS + group) * FK_PIECE_BYTES, rows, feature,
                  first + group * FK_GROUP_ROWS, layout.rows_full);
  fk_turn<STAGES> turn;
  for (int tile = 0; tile < tiles; tile++) {
    for (int feature = 0; feature < padded; feature += DEPTH) {
      unsigned int full = layout.full + turn.slot * 8, slice = layout.slices + turn.slot * layout.slice_bytes;
      fk_barrier_wait(layout.empty + turn.slot * 8, turn.phase ^ 1);
      fk_barrier_expect(full, layout.slice_bytes);
      for (int half = 0; half < 2; half++)
        fk_copy_box(slice + half * (layout.slice_bytes / 2), table, tile * FK_TILE_LANES + half * FK_LINE_VALUES, feature,
                    full);
      turn.advance();
    }
  }
}

// A warp group's products of one tile. Slices are given back when the tensor cores are done with them.
template <class Half, int GROUPS, int DEPTH, int STAGES>
FK_DEVICE void fk_multiply_tile(const fk_layout<GROUPS, DEPTH, STAGES> &layout, unsigned int rows, int padded,
                                fk_turn<STAGES> &turn, float (&sum)[64]) {
  unsigned int before = 0;
  for (int feature = 0; feature < padded; feature += DEPTH) {
    fk_barrier_wait(layout.full + turn.slot * 8, turn.phase);
    const unsigned int slice = layout.slices + turn.slot * layout.slice_bytes;
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#pragma unroll
    for (int k = 0; k < DEPTH; k += 16) {
      int at = feature + k;
      fk_multiply(Half(), sum,
                  fk_matrix(rows + (unsigned int)(at / FK_LINE_VALUES * GROUPS * FK_PIECE_BYTES + at % FK_LINE_VALUES * 2),
                            16, 8 * FK_LINE_BYTES),
                  fk_matrix(slice + (unsigned int)(k * FK_LINE_BYTES), DEPTH * FK_LINE_BYTES, 8 * FK_LINE_BYTES), at > 0);
    }
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
    asm volatile("wgmma.wait_group.sync.aligned 1;" ::: "memory");
    if (feature > 0 && FK_THREAD % FK_WARP == 0) fk_barrier_arrive(before);
    before = layout.empty + turn.slot * 8;
    turn.advance();
  }
  asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
  if (FK_THREAD % FK_WARP == 0) fk_barrier_arrive(before);
}

// A thread's whole work. Features are padded with zeros to whole lines of shared memory.
template <class Half, int GROUPS, int DEPTH, int STAGES>
FK_DEVICE void fk_dense_best(const fk_dense_request &request, const fk_matrix_map *rows, const fk_matrix_map *table) {
  extern __shared__ __align__(1024) unsigned char fk_shared[];
  const int padded = (int)((request.width + FK_LINE_VALUES - 1) / FK_LINE_VALUES * FK_LINE_VALUES);
  const fk_layout<GROUPS, DEPTH, STAGES> layout(fk_shared_address(fk_shared), padded);
  const int first = (int)FK_BLOCK_X * layout.row_count;
  const int tiles = (int)((request.count + FK_TILE_LANES - 1) / FK_TILE_LANES);
  if (FK_THREAD == 0) layout.make_barriers();
  __syncthreads();
  const int group = FK_THREAD / FK_GROUP_THREADS;
  if (group == GROUPS) {
    if (FK_THREAD % FK_WARP == 0) fk_copy_all(layout, rows, table, first, padded, tiles);
    return;
  }
  float sum[64];
  fk_best best[2] = {{-__int_as_float(0x7f800000), 0}, {-__int_as_float(0x7f800000), 0}};
  fk_turn<STAGES> turn;
  fk_barrier_wait(layout.rows_full, 0);
  for (int tile = 0; tile < tiles; tile++) {
    fk_multiply_tile<Half>(layout, layout.rows + (unsigned int)group * FK_PIECE_BYTES, padded, turn, sum);
    fk_take_tile(sum, request, tile, best);
  }
  const int warp = FK_THREAD % FK_GROUP_THREADS / FK_WARP;
  const fk_long row = first + group * FK_GROUP_ROWS + warp * 16 + FK_THREAD % FK_WARP / 4;
  for (int half = 0; half < 2; half++) fk_offer_best(request, row + half * 8, best[half]);
}

// The host writes a line of this behind the text, for the shape that it wants.
#define FK_DENSE_KERNEL(name, Half, GROUPS, DEPTH, STAGES)                                                          \
  extern "C" __global__ void __launch_bounds__(GROUPS *FK_GROUP_THREADS + FK_WARP, 1)                               \
      name(const fk_dense_request request, const __grid_constant__ fk_matrix_map rows,                              \
           const __grid_constant__ fk_matrix_map table) {                                                           \
    fk_dense_best<Half, GROUPS, DEPTH, STAGES>(request, &rows, &table);                                             \
  }
#endif
