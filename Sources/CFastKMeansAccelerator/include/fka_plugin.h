#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a plug-in for another computing device offers: a table of functions, which one exported function hands out.
 *
 * Nothing but C crosses this line: no exceptions, no memory that the other side has to free, no threads. Pointers into
 * the caller's memory are read until the call returns, those of a job until `wait` or `drop` has returned. Calls on
 * one device come from one thread at a time. Every function that can fail returns a status and fills `error`.
 */

/* Goes up with every change of this file. */
#define FKA_ABI 3u

/* The exported function: `const fka_plugin *fka_get_plugin(void)`. */
#define FKA_ENTRY "fka_get_plugin"

typedef enum {
  FKA_OK = 0,
  FKA_FAILED = 1,      /* something else; the message says what */
  FKA_NO_DEVICE = 2,   /* no such kind of device here: no driver, or a library built without it */
  FKA_BAD_INDEX = 3,   /* there are fewer devices of that kind */
  FKA_OUT_OF_MEMORY = 4,
  FKA_OVERFLOW = 5,    /* a document's value has no finite form in 16 bits; `row` says whose */
  FKA_STALE = 6,       /* built against another version of its library than the one that was loaded */
  FKA_UNSUPPORTED = 7  /* not on this device */
} fka_status;

typedef struct {
  int32_t status;
  int64_t row;             /* counted from the batch's first row; -1: none */
  int64_t needed_bytes;    /* out of memory: what was asked for, 0 if unknown */
  int64_t available_bytes; /* and what is free */
  char message[512];       /* one line */
} fka_error;

typedef struct fka_device fka_device;
typedef struct fka_prototypes fka_prototypes;
typedef struct fka_rows fka_rows;
typedef struct fka_job fka_job;

typedef enum { FKA_FLOAT32 = 0, FKA_FLOAT16 = 1, FKA_BFLOAT16 = 2 } fka_precision;

typedef struct {
  char name[128];       /* of the device, for people */
  char library[64];     /* such as "PyTorch 2.13.0" */
  char sparse_path[96]; /* how sparse rows are multiplied, and why if not by the kernel */
  int64_t total_bytes;  /* of the device's memory */
  int64_t free_bytes;
  int32_t is_host;      /* computes in the host's memory */
} fka_info;

/* Prototypes as sparse rows, single precision whatever they are stored in (every 16-bit value fits). */
typedef struct {
  int64_t count;
  int64_t feature_count;
  const int64_t *offsets; /* count + 1; NULL: rows are dense, feature_count values each */
  const uint32_t *columns;
  const float *values;
  const float *biases;           /* count, or NULL for none */
  int32_t precision;             /* fka_precision: how they are kept and multiplied */
} fka_prototype_rows;

/* Documents: sparse or dense rows. Offsets count from the start of `columns` and `values`, wherever the first row lies. */
typedef struct {
  int64_t count;
  int64_t feature_count;
  const int64_t *offsets; /* count + 1; NULL: rows are dense */
  const uint32_t *columns;
  const float *values;
  const float *scales; /* what each row is multiplied with; NULL: 1 */
} fka_row_view;

typedef enum {
  FKA_BEST = 0,  /* the best prototype of each row */
  FKA_SCORES = 1 /* the score of every prototype */
} fka_question;

/* Valid until the job is dropped. */
typedef struct {
  int64_t row_count;
  int64_t width;             /* scores in each row */
  const int32_t *prototypes; /* FKA_BEST: one for each row, -1 for none; else NULL */
  const float *scores;       /* FKA_BEST: of these prototypes, minus infinity for none */
} fka_answer;

/* How a prototype's documents add up. */
typedef struct {
  const int32_t *prototypes; /* of each row; -1: the row counts nowhere */
  const float *weights;      /* of each row */
  int64_t prototype_count;
} fka_assignment;

/* One prototype's move along one document; a batch's moves come sorted by prototype, then by document. */
typedef struct {
  int32_t prototype;
  int32_t document; /* its place in the batch */
  float rate;       /* weight += (rate * value) * factor, in this order */
  float factor;
} fka_move;

typedef struct {
  uint32_t abi; /* FKA_ABI; looked at before anything else */
  uint32_t byte_count;
  const char *library; /* what it was built against */

  /* `name`: "cpu", "cuda", "cuda:1", "mps". */
  fka_status (*open)(const char *name, fka_device **device, fka_error *error);
  void (*close)(fka_device *device);
  fka_status (*info)(fka_device *device, fka_info *info, fka_error *error);

  /* Refuses, before it takes memory, what does not fit even in blocks. */
  fka_status (*upload)(fka_device *device, const fka_prototype_rows *rows, fka_prototypes **prototypes, fka_error *error);
  void (*release)(fka_prototypes *prototypes);
  /* How many rows one batch may have so that three batches fit into the free memory beside the prototypes. */
  int64_t (*batch_rows)(fka_prototypes *prototypes, int32_t question, double values_per_row);

  /* Starts a batch; up to two may be under way. */
  fka_status (*submit)(fka_prototypes *prototypes, const fka_row_view *rows, int32_t question, fka_job **job,
                       fka_error *error);
  fka_status (*wait)(fka_job *job, fka_answer *answer, fka_error *error);
  void (*drop)(fka_job *job);

  /* Rows that stay on the device. */
  fka_status (*keep_rows)(fka_device *device, const fka_row_view *rows, fka_rows **kept, fka_error *error);
  void (*release_rows)(fka_rows *rows);
  /* Rows assigned to the best of `prototype_count` dense prototypes, `feature_count` values each, single precision;
   * what is added to each product is in `biases`. */
  fka_status (*assign)(fka_rows *rows, const float *prototypes, const float *biases, int64_t prototype_count,
                       int32_t *best, float *scores, fka_error *error);
  /* sums[prototype * feature_count + column], in row order, single precision as the core's own. */
  fka_status (*sum)(fka_rows *rows, const fka_assignment *assignment, float *sums, fka_error *error);

  /* A table of weights, `feature_count` rows of `stride` lanes, that moves along documents which are on the device. */
  fka_status (*table_scores)(fka_prototypes *table, fka_rows *rows, const int32_t *documents, int64_t count,
                             float *scores, fka_error *error);
  fka_status (*table_move)(fka_prototypes *table, fka_rows *rows, const int32_t *documents, int64_t count,
                           const fka_move *moves, int64_t move_count, fka_error *error);
  fka_status (*table_upload)(fka_device *device, const float *weights, int64_t feature_count, int64_t stride,
                             fka_prototypes **table, fka_error *error);
  fka_status (*table_download)(fka_prototypes *table, float *weights, fka_error *error);
} fka_plugin;

#ifdef __cplusplus
}
#endif
