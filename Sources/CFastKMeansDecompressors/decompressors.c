#define _GNU_SOURCE
#include "fkd_decompressors.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* bzip2 1.0: the structure and the numbers have been the same since 2000. */

typedef struct {
  char *next_in;
  unsigned avail_in, total_in_low, total_in_high;
  char *next_out;
  unsigned avail_out, total_out_low, total_out_high;
  void *state;
  void *(*allocate)(void *, int, int);
  void (*free)(void *, void *);
  void *opaque;
} bzip2_stream;

enum { BZIP2_OK = 0, BZIP2_STREAM_END = 4, BZIP2_MEM_ERROR = -3 };

/* liblzma 5: the reserved members are a part of the promise. */

typedef struct {
  const uint8_t *next_in;
  size_t avail_in;
  uint64_t total_in;
  uint8_t *next_out;
  size_t avail_out;
  uint64_t total_out;
  const void *allocator;
  void *internal;
  void *reserved_pointers[4];
  uint64_t reserved_numbers[2];
  size_t reserved_sizes[2];
  int reserved_enums[2];
} xz_stream;

enum { XZ_OK = 0, XZ_STREAM_END = 1, XZ_MEM_ERROR = 5, XZ_MEMLIMIT_ERROR = 6, XZ_BUF_ERROR = 10, XZ_RUN = 0 };

/* libzstd 1. */

typedef struct {
  const void *bytes;
  size_t size, position;
} zstd_input;

typedef struct {
  void *bytes;
  size_t size, position;
} zstd_output;

enum { ZSTD_RESET_SESSION = 1, ZSTD_WINDOW_LOG_MAX = 100, ZSTD_MEMORY_ERROR = 64, ZSTD_WINDOW_ERROR = 16 };

typedef struct {
  int (*init)(bzip2_stream *, int verbosity, int small);
  int (*step)(bzip2_stream *);
  int (*end)(bzip2_stream *);
} bzip2_library;

typedef struct {
  int (*init)(xz_stream *, uint64_t memory_limit, uint32_t flags);
  int (*step)(xz_stream *, int action);
  void (*end)(xz_stream *);
} xz_library;

typedef struct {
  void *(*create)(void);
  size_t (*free)(void *);
  size_t (*set)(void *, int parameter, int value);
  size_t (*reset)(void *, int what);
  size_t (*step)(void *, zstd_output *, zstd_input *);
  unsigned (*is_error)(size_t);
  int (*code)(size_t);
} zstd_library;

struct fkd_stream {
  fkd_kind kind;
  int has_begun;
  union {
    bzip2_library bzip2;
    xz_library xz;
    zstd_library zstd;
  } library;
  union {
    bzip2_stream bzip2;
    xz_stream xz;
    void *zstd;
  } state;
};

#if defined(__APPLE__)
static const char *const library_names[3][3] = {
    {"libbz2.1.0.dylib", "libbz2.dylib", NULL}, {"libzstd.1.dylib", "/opt/homebrew/lib/libzstd.1.dylib", NULL},
    {"liblzma.5.dylib", "/opt/homebrew/lib/liblzma.5.dylib", NULL}};
#else
static const char *const library_names[3][3] = {
    {"libbz2.so.1.0", "libbz2.so.1", NULL}, {"libzstd.so.1", NULL}, {"liblzma.so.5", NULL}};
#endif

/* ISO C has no conversion from an object's pointer to a function's. */
static int find(void *library, const char *name, void *function) {
  void *found = dlsym(library, name);
  memcpy(function, &found, sizeof found);
  return found != NULL;
}

static int find_all(fkd_stream *stream, void *library) {
  bzip2_library *bzip2 = &stream->library.bzip2;
  xz_library *xz = &stream->library.xz;
  zstd_library *zstd = &stream->library.zstd;
  switch (stream->kind) {
  case FKD_BZIP2:
    return find(library, "BZ2_bzDecompressInit", &bzip2->init) && find(library, "BZ2_bzDecompress", &bzip2->step) &&
           find(library, "BZ2_bzDecompressEnd", &bzip2->end);
  case FKD_XZ:
    return find(library, "lzma_stream_decoder", &xz->init) && find(library, "lzma_code", &xz->step) &&
           find(library, "lzma_end", &xz->end);
  case FKD_ZSTD:
    return find(library, "ZSTD_createDCtx", &zstd->create) && find(library, "ZSTD_freeDCtx", &zstd->free) &&
           find(library, "ZSTD_DCtx_setParameter", &zstd->set) && find(library, "ZSTD_DCtx_reset", &zstd->reset) &&
           find(library, "ZSTD_decompressStream", &zstd->step) && find(library, "ZSTD_isError", &zstd->is_error) &&
           find(library, "ZSTD_getErrorCode", &zstd->code);
  }
  return 0;
}

static fkd_result begin(fkd_stream *stream) {
  switch (stream->kind) {
  case FKD_BZIP2:
    memset(&stream->state.bzip2, 0, sizeof stream->state.bzip2);
    if (stream->library.bzip2.init(&stream->state.bzip2, 0, 0) != BZIP2_OK) return FKD_NO_MEMORY;
    break;
  case FKD_XZ:
    memset(&stream->state.xz, 0, sizeof stream->state.xz);
    if (stream->library.xz.init(&stream->state.xz, FKD_MEMORY_LIMIT, 0) != XZ_OK) return FKD_NO_MEMORY;
    break;
  case FKD_ZSTD:
    stream->state.zstd = stream->library.zstd.create();
    if (!stream->state.zstd) return FKD_NO_MEMORY;
    stream->library.zstd.set(stream->state.zstd, ZSTD_WINDOW_LOG_MAX, 27);
    break;
  }
  stream->has_begun = 1;
  return FKD_OK;
}

static void end(fkd_stream *stream) {
  if (!stream->has_begun) return;
  stream->has_begun = 0;
  switch (stream->kind) {
  case FKD_BZIP2: stream->library.bzip2.end(&stream->state.bzip2); break;
  case FKD_XZ: stream->library.xz.end(&stream->state.xz); break;
  case FKD_ZSTD: stream->library.zstd.free(stream->state.zstd); break;
  }
}

fkd_result fkd_open(fkd_kind kind, const char *const *names, fkd_stream **stream) {
  *stream = NULL;
  if (!names) names = library_names[kind];
  fkd_stream *made = calloc(1, sizeof *made);
  if (!made) return FKD_NO_MEMORY;
  made->kind = kind;
  fkd_result result = FKD_NO_LIBRARY;
  for (; *names && result == FKD_NO_LIBRARY; names++) {
    /* Never closed: the next file finds it loaded. Local: its names stay out of the way of others. */
    void *library = dlopen(*names, RTLD_NOW | RTLD_LOCAL);
    if (library && find_all(made, library)) result = begin(made);
  }
  if (result == FKD_OK) {
    *stream = made;
  } else {
    free(made);
  }
  return result;
}

void fkd_close(fkd_stream *stream) {
  if (!stream) return;
  end(stream);
  free(stream);
}

fkd_result fkd_restart(fkd_stream *stream) {
  if (stream->kind == FKD_ZSTD) {
    stream->library.zstd.reset(stream->state.zstd, ZSTD_RESET_SESSION);
    return FKD_OK;
  }
  end(stream);
  return begin(stream);
}

static fkd_result step_bzip2(fkd_stream *stream, const void *input, size_t *input_size, void *output,
                             size_t *output_size) {
  bzip2_stream *state = &stream->state.bzip2;
  unsigned in = *input_size > INT_MAX ? INT_MAX : (unsigned)*input_size;
  unsigned out = *output_size > INT_MAX ? INT_MAX : (unsigned)*output_size;
  state->next_in = (char *)(uintptr_t)input; /* it is only read */
  state->avail_in = in;
  state->next_out = output;
  state->avail_out = out;
  int code = stream->library.bzip2.step(state);
  *input_size = in - state->avail_in;
  *output_size = out - state->avail_out;
  if (code == BZIP2_STREAM_END) return FKD_END;
  return code == BZIP2_OK ? FKD_OK : code == BZIP2_MEM_ERROR ? FKD_NO_MEMORY : FKD_DAMAGED;
}

static fkd_result step_xz(fkd_stream *stream, const void *input, size_t *input_size, void *output, size_t *output_size) {
  xz_stream *state = &stream->state.xz;
  state->next_in = input;
  state->avail_in = *input_size;
  state->next_out = output;
  state->avail_out = *output_size;
  int code = stream->library.xz.step(state, XZ_RUN);
  *input_size -= state->avail_in;
  *output_size -= state->avail_out;
  switch (code) {
  case XZ_OK:
  case XZ_BUF_ERROR: return FKD_OK;
  case XZ_STREAM_END: return FKD_END;
  case XZ_MEM_ERROR: return FKD_NO_MEMORY;
  case XZ_MEMLIMIT_ERROR: return FKD_TOO_LARGE;
  default: return FKD_DAMAGED;
  }
}

static fkd_result step_zstd(fkd_stream *stream, const void *input, size_t *input_size, void *output,
                            size_t *output_size) {
  const zstd_library *library = &stream->library.zstd;
  zstd_input in = {input, *input_size, 0};
  zstd_output out = {output, *output_size, 0};
  size_t left = library->step(stream->state.zstd, &out, &in);
  *input_size = in.position;
  *output_size = out.position;
  if (!library->is_error(left)) return left == 0 ? FKD_END : FKD_OK;
  int code = library->code(left);
  return code == ZSTD_WINDOW_ERROR ? FKD_TOO_LARGE : code == ZSTD_MEMORY_ERROR ? FKD_NO_MEMORY : FKD_DAMAGED;
}

fkd_result fkd_step(fkd_stream *stream, const void *input, size_t input_size, void *output, size_t output_size,
                    size_t *consumed, size_t *produced) {
  *consumed = input_size;
  *produced = output_size;
  switch (stream->kind) {
  case FKD_BZIP2: return step_bzip2(stream, input, consumed, output, produced);
  case FKD_XZ: return step_xz(stream, input, consumed, output, produced);
  case FKD_ZSTD: return step_zstd(stream, input, consumed, output, produced);
  }
  return FKD_DAMAGED;
}
