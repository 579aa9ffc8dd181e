#pragma once
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* bzip2, zstd and xz by the system's libraries, which are looked for when they are needed: neither their headers nor they
 * must be there to build or to run. What they promise of their structures and functions stands in decompressors.c. */

typedef enum { FKD_BZIP2 = 0, FKD_ZSTD = 1, FKD_XZ = 2 } fkd_kind;

typedef enum {
  FKD_OK = 0,
  FKD_END = 1,        /* a stream (bzip2, xz) or a frame (zstd) ends here */
  FKD_DAMAGED = 2,    /* the bytes, or their checksum */
  FKD_TOO_LARGE = 3,  /* it takes more memory than FKD_MEMORY_LIMIT */
  FKD_NO_MEMORY = 4,
  FKD_NO_LIBRARY = 5  /* fkd_open alone */
} fkd_result;

/* What a window of one stream may take: 128 MiB. xz -9 needs 65, zstd -19 8; only zstd --long=28 and more go beyond. */
#define FKD_MEMORY_LIMIT ((size_t)128 << 20)

typedef struct fkd_stream fkd_stream;

/* Opens the library of `kind` once in the life of the process, and begins a stream. `names` are tried one after the other, up
 * to a NULL; NULL itself means the names that the system gives it. */
fkd_result fkd_open(fkd_kind kind, const char *const *names, fkd_stream **stream);

/* Decompresses as much as fits.
 *
 * input, input_size    [in]      any bytes; NULL only with size 0
 * output, output_size  [out]     written from the front
 * consumed, produced   [out]     how far it came; also where the bytes are damaged */
fkd_result fkd_step(fkd_stream *stream, const void *input, size_t input_size, void *output, size_t output_size,
                    size_t *consumed, size_t *produced);

/* Begins another stream with the same memory. */
fkd_result fkd_restart(fkd_stream *stream);

void fkd_close(fkd_stream *stream);

#ifdef __cplusplus
}
#endif
