/* FastKMeans in C: everything that the library does, for any language that can call C.
 *
 * The dynamic library is `fastkmeans_c`; docs/c-abi.md shows how to use it from R, Julia and Go, Examples/c from C.
 *
 * Sections: versions and errors; rows; labels; buffers; the classifier, which learns, with all options; the model, which answers;
 * labelled data; none of these; devices and files; training over several machines; text.
 *
 * Handles. `fkm_classifier` learns; `fkm_model` answers; `fkm_vectorizer` turns text into rows; `fkm_matrix`,
 * `fkm_sums` and `fkm_buffer` hold results. The caller that receives a handle frees it with the function `..._free` of its
 * type, which accepts NULL. A handle never refers to another one: they may be freed in any order.
 *
 * Memory. Whatever goes in stays the caller's: it is read during the call, never kept and never written. Whatever
 * comes out is written to memory of the caller, whose size follows from the shapes below, or is a new handle.
 *
 * Errors. Every function that can fail returns a status, FKM_OK (0) or one of the codes below, and fills the caller's
 * `fkm_error` if that is not NULL. A call that fails writes no handle and leaves every handle as it was; the content
 * of its output arrays is then undefined. NULL where something is needed, unknown types and sizes that make no sense
 * are answered with FKM_INVALID_ARGUMENT. What cannot be checked: that a pointer is valid, and that the memory behind
 * it is as long as the sizes say.
 *
 * Threads. `fkm_model`, `fkm_vectorizer`, `fkm_matrix`, `fkm_sums` and `fkm_buffer` are immutable: any number of
 * threads may use one at a time. A `fkm_classifier` has one user at a time: a call that overlaps another is refused (kind "busy"). Results are
 * the same bits for any number of threads. The library starts no thread that outlives a call, except those
 * of the system's pool; it works in a child after `fork` as well, also if the parent has used it before, as long as no
 * call is running in another thread at the moment of the fork. No function touches a signal handler, the locale or the
 * process's random numbers, and none prints.
 *
 * Structures. Each begins with `struct_size`, which the caller sets to `sizeof` that structure; later versions may
 * append fields. Set all other bytes to 0 first. `FKM_INIT(type)` does both in C.
 *
 * Versions. `fkm_abi_version` grows by one with every change that a compiled caller would notice; compare it with
 * FKM_ABI_VERSION before anything else.
 */
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FKM_ABI_VERSION 1

#define FKM_INIT(type) {.struct_size = (uint32_t)sizeof(type)}

#if defined(_WIN32)
#define FKM_API
#else
#define FKM_API __attribute__((visibility("default")))
#endif

/* Handles: what is behind them is not the caller's business. */
typedef struct fkm_classifier fkm_classifier;
typedef struct fkm_model fkm_model;
typedef struct fkm_vectorizer fkm_vectorizer;
typedef struct fkm_matrix fkm_matrix;
typedef struct fkm_sums fkm_sums;
typedef struct fkm_refiner fkm_refiner;
typedef struct fkm_buffer fkm_buffer;

/* ---------------------------------------------------------------------------------------------------------------
 * Versions and errors
 */

/* The version of this interface; FKM_ABI_VERSION of the header that the library was built with. */
FKM_API uint32_t fkm_abi_version(void);

/* The version of the library, such as "1.2.3"; static memory. */
FKM_API const char *fkm_version(void);

/* What a call came to. */
enum {
  FKM_OK = 0,
  FKM_INVALID_ARGUMENT = 1, /* NULL, an unknown constant, a size that makes no sense; `parameter` names it */
  FKM_INVALID_OPTION = 2,   /* an option's value; `parameter`, `value` and `allowed` say which */
  FKM_BAD_DATA = 3,         /* rows, labels, weights or documents; `row` and `column` say where, if there is a place */
  FKM_NOT_FITTED = 4,       /* nothing has been learned yet */
  FKM_CANCELLED = 5,        /* the progress function asked for it; nothing has changed */
  FKM_UNSUPPORTED = 6,      /* defined for other models or options only */
  FKM_TOO_LARGE = 7,        /* would need more memory than there is, or than is allowed */
  FKM_IO = 8,               /* the operating system refused to open, read or write a file */
  FKM_BAD_MODEL = 9,        /* the file or the bytes are no model, or a damaged one */
  FKM_NEWER_FORMAT = 10,    /* written by a version that this one cannot read */
  FKM_INTERNAL = 11,        /* a fault of this library; please report it */
  FKM_DEVICE = 12           /* an accelerator that cannot be used, or gave up; the message says why and how to fix it */
};

/* "ok", "invalid argument", ...: the name of a status; "unknown status" for other numbers. Static memory. */
FKM_API const char *fkm_status_name(int32_t status);

/* What went wrong. All texts are UTF-8, end with NUL, and are cut at a character's end if they are too long. */
typedef struct fkm_error {
  uint32_t struct_size;
  int32_t status;
  int64_t row;          /* from 0; -1 if there is none */
  int64_t column;       /* from 0; -1 if there is none */
  char kind[48];        /* which case of the status, such as "not_finite"; never translated, for programs */
  char parameter[64];   /* the argument or option at fault, or empty */
  char value[256];      /* its value as it was understood, or empty */
  char allowed[256];    /* what would be allowed, or empty */
  char message[1024];   /* one line for people: what is wrong, where, and how to fix it */
} fkm_error;

/* ---------------------------------------------------------------------------------------------------------------
 * Rows: documents by features, sparse or dense
 */

/* Types of numbers. */
enum {
  FKM_INT32 = 1,
  FKM_INT64 = 2,
  FKM_FLOAT32 = 3,
  FKM_FLOAT64 = 4,
  FKM_FLOAT16 = 5 /* IEEE 754 half precision */
};

enum { FKM_SPARSE = 1, FKM_DENSE = 2 };

/* Documents that the caller owns.
 *
 * Sparse rows in compressed form (CSR): row i has the columns `columns[offsets[i]] ... columns[offsets[i+1] - 1]`,
 * ascending, each once, and the values at the same places. Offsets begin at 0, never fall, and end at `value_count`.
 * Dense rows: row i begins `i * row_stride` bytes after `values` and holds `column_count` values without gaps.
 *
 * Rows are used where they lie, whatever their types, their stride and their order; arrays of up to 4 MiB are copied first, so
 * that another thread may write into these meanwhile. Larger ones must not change before the call returns: what was checked
 * would no longer be what is read, and the process may end. All arithmetic is in single precision:
 * float64 and float16 values and int64 columns are converted a row at a time, with the results that rows converted
 * beforehand would have. Only int32 offsets are converted for the call, to 8 bytes a row; a device gets what it computes on
 * as float32 and int32. Every call checks the rows (order of columns, values finite in single precision) in one pass;
 * FKM_BAD_DATA names row and column.
 */
typedef struct fkm_rows {
  uint32_t struct_size;
  int32_t layout;       /* FKM_SPARSE or FKM_DENSE */
  int64_t row_count;    /* documents; 0 to 2^31 - 1 where a call learns from them */
  int64_t column_count; /* features; at most 2^32 - 1 */
  int64_t value_count;  /* sparse: entries of `values` and `columns`; dense: ignored */
  int64_t row_stride;   /* dense: bytes from one row to the next, a multiple of the value's size; may be negative; 0: no
                           gaps. Sparse: ignored */
  int32_t value_type;   /* FKM_FLOAT32, FKM_FLOAT64 or FKM_FLOAT16 */
  int32_t column_type;  /* sparse: FKM_INT32 or FKM_INT64 */
  int32_t offset_type;  /* sparse: FKM_INT32 or FKM_INT64 */
  int32_t reserved;     /* 0 */
  const void *values;   /* NULL is allowed where there are none */
  const void *columns;  /* sparse: `value_count` of them */
  const void *offsets;  /* sparse: `row_count + 1` of them */
} fkm_rows;

/* ---------------------------------------------------------------------------------------------------------------
 * Labels
 */

enum { FKM_LABEL_INTEGER = 1, FKM_LABEL_TEXT = 2 };

/* The class of each row: integers, or texts in UTF-8.
 *
 * Two ways. One label a row: `codes` is NULL and `label_count` is `row_count`. Or each distinct label once, in any
 * order, and in `codes` for each row the position of its label (what NumPy's `unique` with `return_inverse` gives).
 *
 * Inside, a class is an index. Classes that come up in one call get their indices in sorted order (integers by value,
 * texts by code point); classes that come up in a later call follow. An index never changes its meaning.
 */
typedef struct fkm_labels {
  uint32_t struct_size;
  int32_t type;                /* FKM_LABEL_INTEGER or FKM_LABEL_TEXT */
  int64_t row_count;
  int64_t label_count;
  const int64_t *integers;     /* `label_count` of them, for FKM_LABEL_INTEGER */
  const char *text;            /* FKM_LABEL_TEXT: label i is text[text_offsets[i]] ... text[text_offsets[i+1] - 1] */
  const int64_t *text_offsets; /* FKM_LABEL_TEXT: `label_count + 1` of them, ascending from 0 */
  const int64_t *codes;        /* `row_count` of them, or NULL */
} fkm_labels;

/* ---------------------------------------------------------------------------------------------------------------
 * Buffers: bytes of a size that only the library knows beforehand
 */

/* The bytes, valid until the buffer is freed; texts are UTF-8 and are followed by a NUL that does not count. NULL and 0
 * for a NULL buffer. */
FKM_API const void *fkm_buffer_data(const fkm_buffer *buffer);
FKM_API int64_t fkm_buffer_size(const fkm_buffer *buffer);
FKM_API void fkm_buffer_free(fkm_buffer *buffer);

/* ---------------------------------------------------------------------------------------------------------------
 * Classifier: learns
 *
 * Options are a JSON object by name, UTF-8; what is not named keeps its default.
 *
 * Options of training:
 *
 *   name                 value                          default     meaning
 *   k_init               a whole number from 1 to       3           Prototypes per class to start with; auto: as
 *                        2147483647, or "auto"                      many as size, variety and held-out rows
 *                                                                   justify. With refinement on, this is the
 *                                                                   most that a class gets.
 *   k_list               whole numbers from 1 to        null        The number of prototypes of some classes: by
 *                        2147483647: a list, an object              label, or by position in the sorted classes.
 *                        by label, or a list of pairs               A class that is not named gets the common
 *                        of label and number                        number.
 *   init_method          "kmeans++", "random"           "kmeans++"  How the first prototypes are chosen. Python
 *                                                                   and C take prototypes to start from, too. A
 *                                                                   class without any is seeded by k-means++.
 *   distance             "cosine", "euclidean"          "cosine"    How vectors are compared; auto: as held-out
 *                                                                   rows suggest. With the cosine every row is
 *                                                                   scaled to unit length. auto also tries dense
 *                                                                   features at mean 0 and variance 1, which
 *                                                                   suits tables whose columns have different
 *                                                                   units.
 *   dtype                "float16", "bfloat16",         "float32"   The precision in which prototypes are stored
 *                        "float32", "float64"                       and multiplied.
 *   soft                 true or false                  true        Soft assignment; false: hard k-means. With
 *                                                                   refinement on, prototypes start from hard
 *                                                                   clusters.
 *   soft_type            "linear", "softmax"            "linear"    How similarities become shares.
 *   temperature          a number above 0               1.0         Divides the logits of softmax.
 *   lambda_penalty       a number from 0                0.1         Taken off the similarity to prototypes of
 *                                                                   another class. In the default mode a
 *                                                                   document moves the prototypes of its own
 *                                                                   class only. Only in mode reference.
 *   merge_threshold      a number from 0, or null       null        Merge prototypes of a class that are closer
 *                                                                   than this.
 *   relative_merge       true or false                  false       The merge threshold is a fraction of the
 *                                                                   mean distance between prototypes.
 *   min_weight           a number from 0                0.001       A prototype with no more mass than this is
 *                                                                   dead.
 *   truncation_threshold a number from 0                0.0001      Smaller coordinates are dropped where scores
 *                                                                   are computed.
 *   percentile_threshold 0 to 1, or null                null        Truncate and merge only what also lies below
 *                                                                   this quantile.
 *   max_iters            a whole number from 1 to       50          Epochs of k-means at most.
 *                        2147483647
 *   tol                  a number from 0                0.0001      Stop when no prototype moves further, and
 *                                                                   none was merged.
 *   batch_size           a whole number from 1 to       10240       Rows per chunk of mode reference, and per
 *                        2147483647                                 batch of `fastkmeans stream`.
 *   n_threads            -1 (all cores) or 1 to 4096    -1          Threads; -1: all cores. The result has the
 *                                                                   same bits for any number.
 *   random_state         a whole number from 0 to 2^64  42          Seeds the random numbers.
 *                        - 1
 *   refine               a whole number from 0 to 1000, "auto"      Epochs of discriminative refinement; 0:
 *                        or "auto"                                  none. auto: as long as held-out rows, or the
 *                                                                   size of the data, suggest. Only in mode
 *                                                                   default.
 *   decay                above 0, at most 1             1.0         What is left of a prototype's mass after
 *                                                                   each batch.
 *   half_life            a number above 0, or null      null        Documents of a stream after which half of a
 *                                                                   prototype's mass is left. It counts the
 *                                                                   weights of documents of all classes, and
 *                                                                   comes on top of the decay. Only in mode
 *                                                                   default.
 *   k_bytes              a whole number from 1, or null null        With an automatic count of prototypes: the
 *                                                                   bytes that these may take at most. Refined
 *                                                                   weights count, too; of sparse rows the
 *                                                                   smallest go until the rest fits. Where the
 *                                                                   limit is too small for all prototypes,
 *                                                                   classes with the most documents per
 *                                                                   prototype are served first; every class
 *                                                                   keeps at least one.
 *   device               "cpu", "cuda", "cuda:N",       "cpu"       Where to refine and to answer. All but the
 *                        "mps", "torch:cpu", "auto"                 processor go through a plug-in, see
 *                                                                   docs/gpu.md.
 *   warm_start           true or false                  false       Another `fit` goes on from the prototypes
 *                                                                   that are there.
 *   mode                 "default", "reference"         "default"   Behaviour: exact epochs by class, or the
 *                                                                   reference implementation's to the letter.
 *                                                                   The reference implementation is the PyTorch
 *                                                                   class of the same name, see
 *                                                                   docs/migrating.md.
 *
 * A number that JSON cannot write may be given as a text: "nan", "inf". It is refused by name, like every value that is
 * not allowed: FKM_INVALID_OPTION. A name that is not in the table is refused too.
 */

/* A new classifier.
 *
 * options, options_length: the text above and its number of bytes; -1: it ends with NUL. NULL: defaults.
 * initial, initial_labels: prototypes to start from, a row each, and the class of each; NULL: none. A class that has
 * none is seeded as `init_method` says.
 * Errors: FKM_INVALID_ARGUMENT (no JSON), FKM_INVALID_OPTION, FKM_BAD_DATA. */
FKM_API int32_t fkm_classifier_new(const char *options, int64_t options_length, const fkm_rows *initial,
                                   const fkm_labels *initial_labels, fkm_classifier **classifier, fkm_error *error);

/* A classifier that goes on learning from where a model stopped: the same bits as if it had never stopped (for the
 * 16-bit `dtype`s from the rounded prototypes). */
FKM_API int32_t fkm_classifier_resume(const fkm_model *model, fkm_classifier **classifier, fkm_error *error);

/* An independent copy. */
FKM_API int32_t fkm_classifier_clone(const fkm_classifier *classifier, fkm_classifier **copy, fkm_error *error);

FKM_API void fkm_classifier_free(fkm_classifier *classifier);

/* Options for the calls that follow: those named change, the others stay. Once something has been learned, `distance`,
 * `dtype` and `mode` can't change: FKM_INVALID_OPTION; a new classifier takes others. */
FKM_API int32_t fkm_classifier_set_options(fkm_classifier *classifier, const char *options, int64_t options_length,
                                           fkm_error *error);

/* All options as JSON, by name in alphabetic order. `random_state` is a number of up to 20 digits. */
FKM_API int32_t fkm_classifier_options(const fkm_classifier *classifier, fkm_buffer **json, fkm_error *error);

/* What the last learning call tried on held-out rows, as a JSON list of objects: `subject` (`distance`, `prototypes`, `recipe`),
 * `candidate`, `accuracy` (0...1), `rows` (how many were held out), `taken`. */
FKM_API int32_t fkm_classifier_choices(const fkm_classifier *classifier, fkm_buffer **json, fkm_error *error);

/* What the last learning call warns of, as a JSON list of sentences: empty, or that under another distance clearly more of the
 * held-out rows come out right. */
FKM_API int32_t fkm_classifier_warnings(const fkm_classifier *classifier, fkm_buffer **json, fkm_error *error);

/* Where a long call stands. */
enum { FKM_SEEDING = 1, FKM_TRAINING = 2, FKM_MERGING = 3, FKM_REFINING = 4, FKM_SCORING = 5 };

typedef struct fkm_progress {
  uint32_t struct_size;
  int32_t phase;
  int64_t completed; /* of `total` units: documents or epochs, whatever the phase counts */
  int64_t total;
  int64_t epoch;     /* from 1; 0 where the phase has none */
} fkm_progress;

/* Called now and then (up to a thousand times a phase), on the thread that made the call; must not call into the
 * classifier at work. Another value than 0 cancels: the call ends soon with FKM_CANCELLED, and nothing has changed. */
typedef int32_t (*fkm_progress_function)(void *context, const fkm_progress *progress);

/* How refinement ended. */
enum {
  FKM_REFINEMENT_OFF = 0,       /* not asked for */
  FKM_REFINEMENT_DONE = 1,      /* better on held-out rows, or there were none to ask */
  FKM_REFINEMENT_NO_BETTER = 2, /* the k-means prototypes were better on held-out rows, and stay */
  FKM_REFINEMENT_SKIPPED = 3    /* the weights would need more memory than is allowed */
};

/* What a learning call did. */
typedef struct fkm_report {
  uint32_t struct_size;
  int32_t refinement;        /* one of FKM_REFINEMENT_... */
  int64_t epochs;            /* the most that any class took */
  int64_t merged_count;      /* prototypes merged into another */
  int64_t prototype_count;   /* in the model now */
  int64_t reseeded_count;    /* prototypes that no document chose and that started again elsewhere */
  int64_t pruned_count;      /* prototypes dropped, with no more mass than `min_weight` */
  int64_t new_class_count;   /* classes that this call brought: the last ones by index */
  int64_t empty_row_count;   /* documents without any feature; they move nothing */
  double shift;              /* the largest distance that a prototype moved in the last epoch */
  double objective;          /* sum over documents of weight times distance to the prototype that serves them */
  int64_t refinement_epochs;       /* done: epochs run */
  int64_t rate_halvings;           /* done: how often learning diverged and started again at half the rate */
  int64_t held_out_count;          /* done: rows held out to judge and to calibrate */
  double held_out_accuracy;        /* done, no better: of the refined prototypes on them, 0 to 1; else NaN */
  double prototype_accuracy;       /* done, no better: of the k-means prototypes on them, 0 to 1; else NaN */
  int64_t refinement_bytes_needed; /* skipped for size; 0: skipped as every class has one document */
  char refinement_recipe[16];      /* done: "feature-rates" or "one-rate" */
  double error_before_update;      /* refined, a batch: the share of its weight that was answered wrongly before it was
                                      learned; else NaN */
} fkm_report;

/* Learns from all rows at once. What was learned before is forgotten unless `warm_start` is set.
 *
 * rows: at least two classes, not all of them zero under the cosine.
 * labels: `row_count` is that of the rows.
 * sample_weights: one for each row, 0 to 1e12, not all 0; NULL: 1 each. A row of weight 0 is as good as absent.
 * Up to 1,000 rows w copies of a row are one of weight w, to the bit.
 * progress, context: NULL for none.
 * report: may be NULL.
 * Errors: FKM_BAD_DATA, FKM_CANCELLED, FKM_INVALID_ARGUMENT.
 * Cost: O(epochs x values x prototypes per class); memory beside the rows: those of the largest class a thread, the
 * prototypes, and with refinement 4 bytes x features that occur x prototypes. */
FKM_API int32_t fkm_classifier_fit(fkm_classifier *classifier, const fkm_rows *rows, const fkm_labels *labels,
                                   const double *sample_weights, fkm_progress_function progress, void *context,
                                   fkm_report *report, fkm_error *error);

/* Learns from one batch of a stream; a label not seen before is a new class. Whole or not at all.
 *
 * initial, initial_labels: prototypes that this batch's new classes start from, in place of the classifier's; NULL: the
 * classifier's. Else as above; one class is enough. */
FKM_API int32_t fkm_classifier_fit_batch(fkm_classifier *classifier, const fkm_rows *rows, const fkm_labels *labels,
                                         const double *sample_weights, const fkm_rows *initial,
                                         const fkm_labels *initial_labels, fkm_progress_function progress,
                                         void *context, fkm_report *report, fkm_error *error);

/* Gives each class of the rows its first prototypes, mass 0, and learns nothing else: where a distributed training
 * begins. Rows are a sample; classes with prototypes keep them. */
FKM_API int32_t fkm_classifier_seed(fkm_classifier *classifier, const fkm_rows *rows, const fkm_labels *labels,
                                    const double *sample_weights, fkm_error *error);

/* Takes a class out: its prototypes, its refined weights, its index. The others stay to the bit; indices above it fall by
 * one. label: a single one. Errors: FKM_BAD_DATA (no such class), FKM_UNSUPPORTED (the last class). */
FKM_API int32_t fkm_classifier_remove_class(fkm_classifier *classifier, const fkm_labels *label, fkm_error *error);

/* Gives a class another label; nothing else changes, its index included. label, name: a single one each, of one type.
 * Errors: FKM_BAD_DATA (no such class, another type), FKM_UNSUPPORTED (there is a class of that name). */
FKM_API int32_t fkm_classifier_rename_class(fkm_classifier *classifier, const fkm_labels *label,
                                            const fkm_labels *name, fkm_error *error);

/* Makes several classes one: `target` gets the prototypes and refined weights of `labels`, which go; what was answered with
 * one of them is answered with `target`. target: a single one. Indices above those that go fall. Errors: FKM_BAD_DATA (no
 * such class), FKM_UNSUPPORTED (a class named twice, or the target among them). */
FKM_API int32_t fkm_classifier_merge_classes(fkm_classifier *classifier, const fkm_labels *labels,
                                             const fkm_labels *target, fkm_error *error);

/* What has been learned, immutable. FKM_NOT_FITTED before the first learning call. Cost: O(stored values). */
FKM_API int32_t fkm_classifier_model(const fkm_classifier *classifier, fkm_model **model, fkm_error *error);

/* class_indices[i]: the class of row i, as fkm_model_predict gives it for what has been learned. Between learning calls, a
 * few rows are answered without making a model: learn one, ask one. threads: as of a model's calls. FKM_NOT_FITTED before
 * the first learning call. Cost: O(values x prototypes) for up to 64 rows of refined weights that a batch has moved; else
 * that of fkm_classifier_model, once until the next learning call, and of fkm_model_predict. */
FKM_API int32_t fkm_classifier_predict(const fkm_classifier *classifier, const fkm_rows *rows, int32_t threads,
                                       int32_t *class_indices, fkm_error *error);

/* ---------------------------------------------------------------------------------------------------------------
 * Model: answers
 *
 * `threads` of every call: -1 all cores, 0 the model's own `n_threads`, else this number.
 * n: row_count of the rows. C: class_count. P: prototype_count. Arrays are row-major, without gaps.
 * Rows must have as many columns as the model has features; FKM_BAD_DATA else. Sparse rows may be asked of a model that
 * learned from dense ones, and the reverse.
 */

typedef struct fkm_model_info {
  uint32_t struct_size;
  int32_t layout;              /* FKM_SPARSE or FKM_DENSE: how prototypes are stored */
  int32_t label_type;          /* FKM_LABEL_INTEGER or FKM_LABEL_TEXT */
  int32_t is_refined;          /* 1: scores are those of refined weights; 0: similarities to centres */
  int32_t is_calibrated;       /* 1: probabilities come from held-out rows */
  int32_t has_vectorizer;      /* 1: the model takes text through `fkm_model_vectorizer` */
  int64_t class_count;         /* C */
  int64_t prototype_count;     /* P */
  int64_t feature_count;
  int64_t center_value_count;  /* values that `fkm_model_copy_prototypes` writes for FKM_CENTERS */
  int64_t refined_value_count; /* the same for FKM_REFINED; 0 if not refined */
  int64_t label_text_size;     /* bytes of all class labels as texts; 0 for integers */
  int64_t batch_count;         /* learning calls so far */
} fkm_model_info;

FKM_API int32_t fkm_model_get_info(const fkm_model *model, fkm_model_info *info, fkm_error *error);

/* Another handle to the same model; costs nothing. */
FKM_API int32_t fkm_model_clone(const fkm_model *model, fkm_model **copy, fkm_error *error);
FKM_API void fkm_model_free(fkm_model *model);

/* The options it was trained with, as JSON; see `fkm_classifier_options`. */
FKM_API int32_t fkm_model_options(const fkm_model *model, fkm_buffer **json, fkm_error *error);

/* The label of each class index. integers: C of them, for FKM_LABEL_INTEGER. text, text_offsets: `label_text_size`
 * bytes and C + 1 positions, for FKM_LABEL_TEXT. FKM_UNSUPPORTED if the labels are of the other type. */
FKM_API int32_t fkm_model_copy_integer_labels(const fkm_model *model, int64_t *integers, fkm_error *error);
FKM_API int32_t fkm_model_copy_text_labels(const fkm_model *model, char *text, int64_t *text_offsets,
                                           fkm_error *error);

/* Which vectors of a model: centres are what k-means found; refined weights are what scores use if `is_refined`. */
enum { FKM_CENTERS = 1, FKM_REFINED = 2 };

/* Prototypes as rows, those of one class beside each other, classes by index.
 *
 * index_type: of `offsets` (P + 1) and `columns` (value count), FKM_INT32 or FKM_INT64; FKM_TOO_LARGE if the numbers
 * do not fit. value_type: FKM_FLOAT32 or FKM_FLOAT64. A dense model fills P x features values and ignores offsets and
 * columns, which may be NULL then. FKM_UNSUPPORTED for FKM_REFINED of a model that is not refined. Where dense Euclidean
 * rows lie far from 0, a model subtracts a point in their middle first: centres are given without that, refined
 * weights and biases are for the rows less that point. */
FKM_API int32_t fkm_model_copy_prototypes(const fkm_model *model, int32_t which, int32_t index_type, void *offsets,
                                          void *columns, int32_t value_type, void *values, fkm_error *error);

/* Of each prototype: its class index, the weight of the documents it stands for, and the length of their sum (cosine) or
 * the same weight (Euclidean). Each array has P entries and may be NULL. */
FKM_API int32_t fkm_model_copy_prototype_masses(const fkm_model *model, int32_t *class_indices, double *masses,
                                                double *sum_scales, fkm_error *error);

/* The class index of each row: n entries. Equal scores go to the lower prototype index. */
FKM_API int32_t fkm_model_predict(const fkm_model *model, const fkm_rows *rows, int32_t threads,
                                  int32_t *class_indices, fkm_error *error);

/* The best `top` classes of each row, best first; `top` is 1 to C. Each array but `rejected` has n x top entries, and each
 * may be NULL.
 *
 * class_indices: the classes. prototypes: the best prototype of each. similarities: to its centre, a cosine in -1 to 1 or
 * 1 / (1 + squared distance). confidences: the probability of the class, 0 to 1, as in `fkm_model_probabilities`.
 * A call is slower if it asks a refined model for similarities, or for more than ten classes.
 * scores: what the order follows. rejected: n entries; 1: none of the classes, for the row has no feature that any
 * prototype knows, or falls below the rate of `fkm_model_rejecting`. The best class is still the best one.
 *
 * What confidences leave of 1 is all that the other classes have together; none of them has more than the last one given. */
FKM_API int32_t fkm_model_predict_top(const fkm_model *model, const fkm_rows *rows, int32_t threads, int64_t top,
                                      int32_t *class_indices, int32_t *prototypes, float *similarities,
                                      float *confidences, float *scores, uint8_t *rejected, fkm_error *error);

enum { FKM_BY_CLASS = 1, FKM_BY_PROTOTYPE = 2 };

/* The fewest classes of each row that hold the right one as often as `coverage` says, on average over rows that come as those of
 * the training came; with per_class for the rows of each class, where enough of them were held out.
 *
 * sets: a new matrix of n x C: the confidence of each class of the set; every row has one class at least. A row without any
 * feature that a prototype knows has no promise.
 * Errors: FKM_UNSUPPORTED (the model kept no answers to held-out rows: it was not refined, or comes from an earlier version),
 * FKM_INVALID_OPTION (a coverage out of range, or beyond what the best ten classes give). */
FKM_API int32_t fkm_model_predict_sets(const fkm_model *model, const fkm_rows *rows, int32_t threads, double coverage,
                                       int32_t per_class, fkm_matrix **sets, fkm_error *error);

/* Scores: of every class (that of its best prototype), n x C; or of every prototype, n x P. value_type: FKM_FLOAT32 or
 * FKM_FLOAT64. The class with the largest score is the one that `fkm_model_predict` gives. */
FKM_API int32_t fkm_model_scores(const fkm_model *model, const fkm_rows *rows, int32_t threads, int32_t level,
                                 int32_t value_type, void *scores, fkm_error *error);

/* The probability of every class: n x C, each row adds up to 1. value_type as above. */
FKM_API int32_t fkm_model_probabilities(const fkm_model *model, const fkm_rows *rows, int32_t threads,
                                        int32_t value_type, void *probabilities, fkm_error *error);

/* Which features make a document belong to its class.
 *
 * wanted: for each row the class index to explain; NULL: the predicted one.
 * prototypes, scores: n entries each, may be NULL: the best prototype of that class, and its score.
 * shares: what each feature adds to the product of document and prototype: for sparse rows `value_count` entries at the
 * places of the rows' own values, for dense rows n x features. Under the cosine the shares of a row add up to its score;
 * under the Euclidean distance the score also counts what does not depend on single features. */
FKM_API int32_t fkm_model_explain(const fkm_model *model, const fkm_rows *rows, int32_t threads,
                                  const int32_t *wanted, int32_t *prototypes, float *scores, float *shares,
                                  fkm_error *error);

/* ---------------------------------------------------------------------------------------------------------------
 * Labelled data: wrong labels, duplicates, and which rows to label next
 */

/* What models that have not seen some rows say about the rows' labels.
 *
 * model: one that has not seen the rows; NULL: one is trained for each fold of the rows on the others, with `options` (JSON as
 * for `fkm_classifier_new`, ignored with a model). folds: 2 to n, ignored with a model.
 *
 * Each array but those of reasons has n entries, and each may be NULL. suggested: the class that fits best, counted among the
 * distinct labels in their order (integers by value, texts by bytes), with a model among its classes and behind them the
 * labels that it does not know; the given class where the row could not be judged. confidences, label_confidences: the
 * probability of the suggested and of the given class. margins: by how much the score of the suggested class lies above that
 * of the given one; below 0 where the given one is the best; NaN where the row could not be judged, for no other row has its
 * label or the model does not know it. probable: 1 where the label is probably wrong. unknown: 1 where the row has no feature
 * that the others have. similarities: to the prototype that answered.
 * reason_columns, reason_leads: n x reason_count entries: what spoke for the suggested class and against the given one, the
 * strongest first; -1 and 0 where there is no more. reason_count: 0 to 1000.
 * Errors: FKM_BAD_DATA (one class only, or no row that another one could judge), FKM_INVALID_OPTION, FKM_CANCELLED.
 * Cost: that of about two fits for five folds; memory grows with rows and values, not with rows x classes. */
FKM_API int32_t fkm_audit_labels(const fkm_model *model, const char *options, int64_t options_length,
                                 const fkm_rows *rows, const fkm_labels *labels, int64_t folds,
                                 fkm_progress_function progress, void *context, int32_t *suggested,
                                 float *confidences, float *label_confidences, float *margins, uint8_t *probable,
                                 uint8_t *unknown, float *similarities, int64_t reason_count,
                                 int64_t *reason_columns, float *reason_leads, fkm_error *error);

/* Rows that repeat earlier ones, or rows of another set: every pair whose cosine is at least `similarity` (above 0, at most 1)
 * is found. Rows without any feature are left out.
 *
 * others: NULL: earlier rows of the same set; else the other set, on the same columns.
 * labels: NULL: there are no conflicts. Each array has n entries and may be NULL. like_rows: the most similar such row, -1 for
 * none. conflict_rows: the most similar one that has another label, -1 for none. similarities, conflict_similarities: the
 * cosines, 0 for none. threads: -1 or 1 to 4096.
 * Cost: of sparse rows little beyond the pairs that share a rare feature; of dense rows n squared x features. */
FKM_API int32_t fkm_audit_duplicates(const fkm_rows *rows, const fkm_labels *labels, const fkm_rows *others,
                                     double similarity, int32_t threads, int64_t *like_rows, float *similarities,
                                     int64_t *conflict_rows, float *conflict_similarities, fkm_error *error);

/* Which rows to label next: those of whose classes the model is least sure, spread over its prototypes, without near duplicates.
 * docs/data.md has the rule.
 *
 * count: how many, from 1. similarity: rows are near duplicates from this cosine on, above 0, at most 1. seed: of the draws among
 * rows of equal worth. threads: 0 those of the model, -1 all cores, or from 1.
 * Each array has min(count, n) entries; all but `chosen` may be NULL. chosen: positions of rows, the most valuable first.
 * class_indices, confidences: the best class and its probability. margins: the probability of the best class less that of the
 * second; 0 for a row of which nothing is known. chosen_count: how many entries were written: fewer than asked where too few
 * rows differ from one another.
 * Errors: FKM_INVALID_OPTION (`count`, `similarity`), FKM_BAD_DATA (no rows, another number of features). */
FKM_API int32_t fkm_model_select(const fkm_model *model, const fkm_rows *rows, int32_t threads, int64_t count,
                                 double similarity, uint64_t seed, int64_t *chosen, int32_t *class_indices,
                                 float *confidences, float *margins, int64_t *chosen_count, fkm_error *error);

/* ---------------------------------------------------------------------------------------------------------------
 * None of these: documents of classes that a model has never seen
 */

/* When to answer "none of these": never, except for rows without any known feature; so that a share of the documents of
 * unknown classes is accepted; so that a share of the documents of known classes is rejected. docs/confidence.md says what
 * such a rate is worth. */
enum { FKM_ACCEPT_ALL = 0, FKM_FALSE_ACCEPT = 1, FKM_FALSE_REJECT = 2 };

/* The same model with a rule for `rejected` of `fkm_model_predict_top`; it goes into the model's file and with
 * `fkm_classifier_resume`. Classes and confidences stay as they are.
 *
 * measure: one of the above. rate: above 0, below 1; FKM_ACCEPT_ALL: ignored. per_class: 1: each predicted class keeps the
 * rate on its own, where it has 30 held-out documents to tell; 0: one threshold for all.
 * Errors: FKM_INVALID_OPTION (a rate out of range, or finer than the held-out documents can tell), FKM_UNSUPPORTED (see
 * below). Cost: O(n log n) for n held-out documents. */
FKM_API int32_t fkm_model_rejecting(const fkm_model *model, int32_t measure, double rate, int32_t per_class,
                                    fkm_model **rejecting, fkm_error *error);

/* What a model can tell about documents of classes that it has never seen. */
typedef struct fkm_open_set {
  uint32_t struct_size;
  int32_t measure;       /* of the model's rule: FKM_ACCEPT_ALL, FKM_FALSE_ACCEPT or FKM_FALSE_REJECT */
  int32_t is_per_class;  /* of the rule */
  int32_t reserved;
  double rate;           /* of the rule; NaN for FKM_ACCEPT_ALL */
  int64_t known_count;   /* held-out documents that stand for known classes */
  int64_t unknown_count; /* documents that stood for unknown ones */
  double separation;     /* the probability that a document of a known class looks more like one, 0 to 1 */
} fkm_open_set;

/* FKM_UNSUPPORTED for a model that cannot tell: it was not refined, has fewer than three classes, or had too few documents.
 * Cost: as above. */
FKM_API int32_t fkm_model_get_open_set(const fkm_model *model, fkm_open_set *info, fkm_error *error);

/* How much each row looks like one of any class that the model knows, as log-odds: n entries. FKM_UNSUPPORTED as above. */
FKM_API int32_t fkm_model_open_set_scores(const fkm_model *model, const fkm_rows *rows, int32_t threads,
                                          float *scores, fkm_error *error);

/* ---------------------------------------------------------------------------------------------------------------
 * Devices and files
 */

/* Whether a device can be used here: FKM_OK, FKM_DEVICE, or FKM_INVALID_OPTION for another name. device: as the option
 * `device`, UTF-8, ends with NUL. "cpu" and "auto" always can. */
FKM_API int32_t fkm_device_check(const char *device, fkm_error *error);

/* The same model, answering on another device; its prototypes are copied there with the first question. Answers are the
 * processor's except for rounding. Errors: as above. */
FKM_API int32_t fkm_model_on_device(const fkm_model *model, const char *device, fkm_model **placed, fkm_error *error);

/* Writes a model file, whole or not at all; reads one, with every digest checked. The format is public
 * (docs/format/model-v1.md) and holds all that learning needs to go on. path: UTF-8, ends with NUL. threads: `n_threads`
 * of the model that is read, -1 or from 1. Errors: FKM_IO, FKM_BAD_MODEL, FKM_NEWER_FORMAT. */
FKM_API int32_t fkm_model_save(const fkm_model *model, const char *path, fkm_error *error);
FKM_API int32_t fkm_model_load(const char *path, int32_t threads, fkm_model **model, fkm_error *error);

/* The same to and from memory. */
FKM_API int32_t fkm_model_to_bytes(const fkm_model *model, fkm_buffer **bytes, fkm_error *error);
FKM_API int32_t fkm_model_from_bytes(const void *bytes, int64_t size, int32_t threads, fkm_model **model,
                                     fkm_error *error);

/* The vectoriser that makes this model's features; FKM_UNSUPPORTED if it has none. */
FKM_API int32_t fkm_model_vectorizer(const fkm_model *model, fkm_vectorizer **vectorizer, fkm_error *error);

/* The same model with this vectoriser (NULL: without one), to be saved with it. */
FKM_API int32_t fkm_model_with_vectorizer(const fkm_model *model, const fkm_vectorizer *vectorizer,
                                          fkm_model **combined, fkm_error *error);

/* ---------------------------------------------------------------------------------------------------------------
 * Training over several machines
 *
 * One epoch: every machine takes `fkm_model_sums` of its rows; sums, masses and objectives of the machines are added;
 * `fkm_model_from_sums` makes the next model. With the same first prototypes that gives what `fkm_classifier_fit` with
 * `refine` 0 gives, within rounding. Refinement: machines refine in step with `fkm_refiner_moves` and `fkm_refiner_add`.
 * With fewer exchanges and less accuracy, every machine refines on its own rows with `fkm_model_refine`; the driver averages
 * with `fkm_model_average`, or adds what changed on average with `fkm_model_with_weights`, some times over.
 * Default mode only: FKM_UNSUPPORTED else.
 */

/* Assigns rows to the prototypes of their own classes (as the model's options say) and adds them up.
 *
 * labels: classes of the model; FKM_BAD_DATA for another one. sample_weights: may be NULL. */
FKM_API int32_t fkm_model_sums(const fkm_model *model, const fkm_rows *rows, const fkm_labels *labels,
                               const double *sample_weights, int32_t threads, fkm_sums **sums, fkm_error *error);

FKM_API void fkm_sums_free(fkm_sums *sums);

typedef struct fkm_sums_info {
  uint32_t struct_size;
  int32_t layout;          /* of the model */
  int64_t prototype_count; /* P */
  int64_t feature_count;
  int64_t value_count;     /* values that `fkm_sums_copy` writes */
  double objective;        /* sum over rows of weight times distance to the nearest prototype of their class */
  double total_mass;       /* sum of the weights of the rows that count */
} fkm_sums_info;

FKM_API int32_t fkm_sums_get_info(const fkm_sums *sums, fkm_sums_info *info, fkm_error *error);

/* The sums of the (scaled, weighted) rows of each prototype as P rows, as in `fkm_model_copy_prototypes`, and
 * of each prototype its mass (P entries, may be NULL). */
FKM_API int32_t fkm_sums_copy(const fkm_sums *sums, int32_t index_type, void *offsets, void *columns,
                              int32_t value_type, void *values, double *masses, fkm_error *error);

/* The rows that are served worst: at the places of a class's prototypes the class's rows that lie farthest from the
 * prototype that serves them, farthest first. row_indices: positions in the rows that were summed, -1 where there are no
 * more. distances: of each. P entries each. A prototype that no row chose starts again from such a row. */
FKM_API int32_t fkm_sums_copy_farthest(const fkm_sums *sums, int64_t *row_indices, float *distances, fkm_error *error);

/* The model after an epoch.
 *
 * sums, masses: of all machines added, P rows and P entries; as float64 or float32.
 * replacements, replaced: rows (unscaled, as documents are) from which prototypes without mass start again, and for each
 * the index of the prototype; NULL: none. A prototype without mass and without replacement stays where it is.
 * is_last: 1: prototypes with no more mass than `min_weight` are dropped; a class keeps its heaviest.
 * shift: may be NULL; the largest distance that a prototype moved.
 * The new model is not refined: prototypes have moved. */
FKM_API int32_t fkm_model_from_sums(const fkm_model *model, const fkm_rows *sums, const double *masses,
                                    const fkm_rows *replacements, const int32_t *replaced, int32_t is_last,
                                    fkm_model **next, double *shift, fkm_error *error);

/* Refines on these rows, from where the model's weights are (from its centres if it is not refined).
 *
 * epochs: passes over the rows, from 1; 0: as many as suit this many rows. first_rate, last_rate: the share of the full
 * learning rate at the start and at the end, 0 to 1; 1 and 0 for a refinement in one piece; round r of R from 0:
 * 1 - r/R and 1 - (r+1)/R. seed_step: gives each machine and round its own order. Nothing is held out; see
 * `fkm_model_calibrate`. FKM_TOO_LARGE if 4 bytes x features x prototypes exceed 4 GB. */
FKM_API int32_t fkm_model_refine(const fkm_model *model, const fkm_rows *rows, const fkm_labels *labels,
                                 const double *sample_weights, int32_t threads, int64_t epochs, double first_rate,
                                 double last_rate, uint64_t seed_step, fkm_progress_function progress, void *context,
                                 fkm_model **refined, fkm_error *error);

/* Weights that several machines refine in step, as one machine does: the documents of a batch lie on several machines. Each has
 * a refiner of the same model and takes the moves of its documents; all moves are added up in one order and then added on every
 * machine. A refiner has one user at a time: FKM_INVALID_ARGUMENT for a call that overlaps another one.
 *
 * It begins with the model's refined weights, or where a refinement begins. deviation: Euclidean: the root mean squared distance
 * of the rows of all machines to their mean, in which margins are measured; 0: the spread of the prototypes, which is less and
 * less accurate. A refined model, such as one of `fkm_refiner_model`, keeps its own; the cosine needs none. */
FKM_API int32_t fkm_refiner_new(const fkm_model *model, double deviation, fkm_refiner **refiner, fkm_error *error);
FKM_API void fkm_refiner_free(fkm_refiner *refiner);

/* What some documents of a batch move, by the weights as they are: P rows in `fkm_sums_copy`, what they add to biases as
 * masses, and the documents' summed loss as objective. The weights stay.
 *
 * labels, sample_weights: as for `fkm_model_sums`. steps: how much the step of each document counts; NULL: 1 each. members:
 * the prototype that each document was part of, -1: not known yet, which the call fills in with the best of its class; what the
 * document put into it does not count in its margin. NULL: found anew. feature_rates: what moves along each feature are
 * multiplied with; NULL: 1 each. rate: of the batch; a local refinement begins with .5 and feature rates, or with 1 and none,
 * and falls to 0 in a line. */
FKM_API int32_t fkm_refiner_moves(const fkm_refiner *refiner, const fkm_rows *rows, const fkm_labels *labels,
                                  const double *sample_weights, const float *steps, int32_t *members,
                                  const float *feature_rates, float rate, int32_t threads, fkm_sums **moves,
                                  fkm_error *error);

/* Adds the moves of all machines: P rows, and of the biases P entries, which may be NULL for cosine. */
FKM_API int32_t fkm_refiner_add(fkm_refiner *refiner, const fkm_rows *moves, const double *biases, fkm_error *error);

/* The model with the weights as they are, neither judged nor calibrated. */
FKM_API int32_t fkm_refiner_model(const fkm_refiner *refiner, fkm_model **model, fkm_error *error);

/* The model with these refined weights, such as its own plus what several machines added to them.
 *
 * weights: P rows, as `fkm_model_copy_prototypes` gives for FKM_REFINED; values within the truncation threshold are left
 * out of sparse ones. NULL: the weights that a refinement starts from. biases: Euclidean: P entries; else NULL. */
FKM_API int32_t fkm_model_with_weights(const fkm_model *model, const fkm_rows *weights, const double *biases,
                                       fkm_model **refined, fkm_error *error);

/* What the refined weights add to the score of each prototype: P entries, 0 for cosine. FKM_UNSUPPORTED if the model is
 * not refined. */
FKM_API int32_t fkm_model_copy_biases(const fkm_model *model, double *biases, fkm_error *error);

/* The mean of the refined weights of models that come from one: same classes, prototypes and features. weights: how much
 * each counts, above 0, such as its number of rows; NULL: the same. */
FKM_API int32_t fkm_model_average(const fkm_model *const *models, int64_t model_count, const double *weights,
                                  fkm_model **average, fkm_error *error);

/* Fits the probabilities to some rows.
 *
 * Refined weights are judged by rows that they have not seen; if the centres are right more often, the model goes back to
 * these. A model that is not refined is judged by some of the rows that it was trained on: they are taken out of its
 * prototypes for that. sample_weights: as in training; NULL: 1 each. accuracy, prototype_accuracy: may be NULL. */
FKM_API int32_t fkm_model_calibrate(const fkm_model *model, const fkm_rows *rows, const fkm_labels *labels,
                                    const double *sample_weights, int32_t threads, fkm_model **calibrated,
                                    double *accuracy, double *prototype_accuracy, fkm_error *error);

/* ---------------------------------------------------------------------------------------------------------------
 * Text
 *
 * Options are a JSON object by name; what is not named keeps its default. `ngrams` is [1, 2] or "1-2".
 *
 * Options of text:
 *
 *   name                 value                          default     meaning
 *   ngrams               two whole numbers from 1 to 8, "auto"      Terms of this many words, smallest to
 *                        such as 1-2, or "auto"                     largest, such as 1-2. In JSON a list of the
 *                                                                   two numbers, in Python a pair. auto: single
 *                                                                   words, and pairs of them where the analyzer
 *                                                                   auto finds on held-out rows that they pay.
 *   min_df               a whole number of documents    1           A term must occur in this many documents.
 *                        from 1                                     Without effect when hashing.
 *   max_features         a whole number from 1, or null null        Keep this many of the most frequent terms.
 *                                                                   Words and characters have this limit each.
 *                                                                   Without effect when hashing.
 *   sublinear_tf         true or false                  true        Count 1 + ln(occurrences).
 *   stop_words           null, english, or a list of    null        Words to leave out: the list of this
 *                        words                                      package, or your own. They are folded and
 *                                                                   split as the documents are; n-grams of
 *                                                                   characters have them still. On the command
 *                                                                   line your own are a file with a word a line,
 *                                                                   elsewhere a list.
 *   lowercase            true or false                  true        Fold the text before it is split.
 *   hashing              1 to 30 bits, or null          null        2^bits columns by the terms' hash, in place
 *                                                                   of a vocabulary. Words and characters have
 *                                                                   half of them each.
 *   analyzer             "auto", "word", "char",        "auto"      What terms are: words, n-grams of characters
 *                        "char_wb", "word+char",                    (char), those within pieces between blanks
 *                        "word+char_wb"                             (char_wb), or both. auto: words, or words
 *                                                                   and char_wb where held-out rows are answered
 *                                                                   better with them, tried on a part of the
 *                                                                   rows; char_wb for scripts without blanks
 *                                                                   between words. It is decided where the
 *                                                                   vocabulary is learned, by a stream on its
 *                                                                   first rows; where nobody gives labels, auto
 *                                                                   is word.
 *   char_ngrams          two whole numbers from 1 to 8, [2, 5]      Terms of this many characters, where the
 *                        such as 1-2                                analyzer reads characters.
 *   char_weight          a number above 0               1.0         The length of the characters' part of a row
 *                                                                   where that of the words' part is 1. Only
 *                                                                   where the analyzer reads both.
 *   max_df               a whole number of documents    null        A term may occur in this many documents.
 *                        from 1, or null                            Without effect when hashing.
 *   binary               true or false                  false       Count a term once however often it occurs in
 *                                                                   a document.
 *   use_idf              true or false                  true        Weigh a term more the fewer documents it
 *                                                                   occurs in.
 *   smooth_idf           true or false                  true        Count document frequencies as if one more
 *                                                                   document had every term.
 *   norm                 "l1", "l2"                     "l2"        Which length of a row is 1.
 *
 * Words are runs of at least two letters, digits or underscores; rows have unit length.
 */

/* Documents as UTF-8 bytes in one piece: document i is bytes[offsets[i]] ... bytes[offsets[i+1] - 1]. Bytes that are not
 * UTF-8 are read as U+FFFD, and counted. A document has at most 1 GiB. */
typedef struct fkm_documents {
  uint32_t struct_size;
  int32_t offset_type; /* FKM_INT32 or FKM_INT64 */
  int64_t count;
  int64_t byte_count;
  const void *bytes;
  const void *offsets; /* count + 1 of them, from 0 to byte_count */
} fkm_documents;

/* A vectoriser that has seen nothing: for its options, and to be used as it is when hashing. */
FKM_API int32_t fkm_vectorizer_new(const char *options, int64_t options_length, fkm_vectorizer **vectorizer,
                                   fkm_error *error);

/* What the analyzer `auto` is for these documents, chosen on those of them that are held out.
 *
 * options: of text; training: of the classifier that is to learn from the rows, NULL for defaults. labels: one for each
 * document. chosen: a vectoriser that has seen nothing, with definite options, for `fkm_vectorizer_fit`. json: what was tried, a
 * list as of `fkm_classifier_choices`, empty where the options name an analyzer; NULL: not wanted. Errors: FKM_BAD_DATA, FKM_INVALID_OPTION. Cost: trials on 6,000
 * documents and 1.5 MB of text at most. */
FKM_API int32_t fkm_vectorizer_choose(const char *options, int64_t options_length, const char *training,
                                      int64_t training_length, const fkm_documents *documents,
                                      const fkm_labels *labels, fkm_vectorizer **chosen, fkm_buffer **json,
                                      fkm_error *error);

/* How much descriptions of classes count among documents, tried on documents that are held out.
 *
 * options: of the classifier that is to learn from the rows, NULL for defaults. rows, labels: the documents, and behind them
 * the descriptions: texts about a class as a whole. sample_weights: of the documents, n - description_count entries; NULL: 1 each.
 * weights: n entries, for `fkm_classifier_fit`; descriptions of classes without any document count as one document at least.
 * json: what was tried, a list as of `fkm_classifier_choices`, empty where nothing could be; NULL: not wanted.
 * Errors: FKM_BAD_DATA, FKM_INVALID_OPTION. Cost: some cheap fits to about 20,000 documents at most. */
FKM_API int32_t fkm_description_weights(const char *options, int64_t options_length, const fkm_rows *rows,
                                        const fkm_labels *labels, const double *sample_weights,
                                        int64_t description_count, double *weights, fkm_buffer **json,
                                        fkm_error *error);

/* Learns the vocabulary and document frequencies with the options of a vectoriser, and gives the documents' rows.
 *
 * threads: -1 all cores, or from 1. fitted: a new vectoriser. matrix: the rows; NULL: not wanted. repair_count: may be
 * NULL; invalid sequences read as U+FFFD. Errors: FKM_BAD_DATA (no documents, no words), FKM_INVALID_OPTION. */
FKM_API int32_t fkm_vectorizer_fit(const fkm_vectorizer *vectorizer, const fkm_documents *documents, int32_t threads,
                                   fkm_vectorizer **fitted, fkm_matrix **matrix, int64_t *repair_count,
                                   fkm_error *error);

/* The documents' rows; terms that the vocabulary lacks are left out. FKM_NOT_FITTED. */
FKM_API int32_t fkm_vectorizer_transform(const fkm_vectorizer *vectorizer, const fkm_documents *documents,
                                         int32_t threads, fkm_matrix **matrix, int64_t *repair_count,
                                         fkm_error *error);

/* The words of each document, with the share that each has in the document's columns: an n-gram of characters belongs to the
 * words whose characters it takes. Shares of a column add up to 1 over a document's words, so what a column adds to a score
 * falls to words. json: a list for each document, of words [text, [[column, share], ...]] in the order in which they come.
 * FKM_NOT_FITTED. */
FKM_API int32_t fkm_vectorizer_words(const fkm_vectorizer *vectorizer, const fkm_documents *documents,
                                     fkm_buffer **json, fkm_error *error);

FKM_API int32_t fkm_vectorizer_clone(const fkm_vectorizer *vectorizer, fkm_vectorizer **copy, fkm_error *error);
FKM_API void fkm_vectorizer_free(fkm_vectorizer *vectorizer);

typedef struct fkm_vectorizer_info {
  uint32_t struct_size;
  int32_t is_fitted;        /* 1: can transform; a hashing one always can */
  int64_t column_count;     /* features of every row */
  int64_t term_count;       /* of the vocabulary; 0 when hashing */
  int64_t term_text_size;   /* bytes of all terms */
  int64_t frequency_count;  /* columns with a document frequency; 0: nothing was fitted */
  int64_t document_count;   /* documents seen while fitting */
} fkm_vectorizer_info;

FKM_API int32_t fkm_vectorizer_get_info(const fkm_vectorizer *vectorizer, fkm_vectorizer_info *info,
                                        fkm_error *error);

/* The options as JSON, all of them. A vectoriser of several columns, which the command line or Swift made, has a member `columns`, too: a
 * list of objects with `name`, `kind` (text, category, number) and `weight`. A document is then the fields in this order with the byte
 * 0x1F between them; another number of fields is FKM_BAD_DATA. An empty field is a missing value. */
FKM_API int32_t fkm_vectorizer_options(const fkm_vectorizer *vectorizer, fkm_buffer **json, fkm_error *error);

/* The vocabulary in column order, which is code point order (of several columns the names of all features): `term_text_size` bytes and `term_count + 1` positions. */
FKM_API int32_t fkm_vectorizer_copy_vocabulary(const fkm_vectorizer *vectorizer, char *text, int64_t *text_offsets,
                                               fkm_error *error);

/* Of each column: its inverse document frequency ln((1 + documents) / (1 + frequency)) + 1, and in how many documents it
 * occurred. `frequency_count` entries each, each may be NULL. */
FKM_API int32_t fkm_vectorizer_copy_frequencies(const fkm_vectorizer *vectorizer, float *inverse_document_frequencies,
                                                int64_t *document_frequencies, fkm_error *error);

/* A vectoriser from its parts: one of ours that was stored, or one that scikit-learn fitted.
 *
 * text, text_offsets, term_count: the vocabulary, in code point order, each term once; 0 terms when hashing.
 * inverse_document_frequencies: finite, above 0, `frequency_count` of them: one for each column (all 1 if they are not
 * used), or none when hashing without fitting.
 * document_frequencies: as many, 1 to document_count; NULL: worked out from the others, for vectorisers that
 * have not kept them. document_count: documents seen; 0 if unknown, which stands for a million. */
FKM_API int32_t fkm_vectorizer_from_parts(const char *options, int64_t options_length, const char *text,
                                          const int64_t *text_offsets, int64_t term_count,
                                          const float *inverse_document_frequencies,
                                          const int64_t *document_frequencies, int64_t frequency_count,
                                          int64_t document_count, fkm_vectorizer **vectorizer, fkm_error *error);

/* The rows that a vectoriser made, to be read where they lie until the matrix is freed: int64 offsets, int32 columns,
 * float32 values. Can be handed to any function that takes rows. */
FKM_API int32_t fkm_matrix_rows(const fkm_matrix *matrix, fkm_rows *rows, fkm_error *error);
FKM_API void fkm_matrix_free(fkm_matrix *matrix);

#ifdef __cplusplus
}
#endif
