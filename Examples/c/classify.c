/* Learns to tell support tickets apart, saves the model, reads it back and asks it about new texts.
 *
 *     ./classify MODEL_FILE
 */
#include "fastkmeans.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const texts[] = {
    "the screen stays black after the update", "the screen flickers and goes black",
    "no picture on the screen since yesterday", "the display is dark and shows nothing",
    "I was charged twice for my order",         "please refund the second payment",
    "the invoice shows the wrong amount",       "my card was charged but the order failed",
    "the parcel has not arrived yet",           "delivery is late, where is my parcel",
    "the courier left the parcel in the rain",  "tracking says delivered but no parcel came",
};
static const char *const topics[] = {"screen", "payment", "delivery"};
static const int64_t topic_of_text[] = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2};
static const char *const questions[] = {"my screen is black", "where is my parcel", "charged twice, refund please"};

enum { TEXTS = 12, TOPICS = 3, QUESTIONS = 3 };

/* Texts in one piece, as the library takes them. */
typedef struct {
  char *bytes;
  int64_t offsets[TEXTS + 1];
  int64_t count;
} joined;

static joined join(const char *const *items, int64_t count) {
  joined all = {.count = count};
  for (int64_t i = 0; i < count; i++) all.offsets[i + 1] = all.offsets[i] + (int64_t)strlen(items[i]);
  all.bytes = malloc((size_t)all.offsets[count] + 1);
  if (!all.bytes) exit(1);
  for (int64_t i = 0; i < count; i++) strcpy(all.bytes + all.offsets[i], items[i]);
  return all;
}

static fkm_documents documents(const joined *all) {
  fkm_documents view = FKM_INIT(fkm_documents);
  view.offset_type = FKM_INT64;
  view.count = all->count;
  view.byte_count = all->offsets[all->count];
  view.bytes = all->bytes;
  view.offsets = all->offsets;
  return view;
}

/* What every call is wrapped in here: prints what went wrong, and ends. */
static void must(int32_t status, const fkm_error *error) {
  if (status == FKM_OK) return;
  fprintf(stderr, "%s: %s\n", fkm_status_name(status), error->message);
  exit(1);
}

static int32_t show(void *context, const fkm_progress *progress) {
  ++*(int *)context;
  return progress->completed > progress->total; /* another value than 0 would cancel */
}

static fkm_model *learn(fkm_error *error) {
  joined all = join(texts, TEXTS), names = join(topics, TOPICS);
  fkm_documents view = documents(&all);

  fkm_vectorizer *plan, *vectorizer;
  fkm_matrix *matrix;
  must(fkm_vectorizer_new("{\"min_df\": 1, \"ngrams\": [1, 2]}", -1, &plan, error), error);
  must(fkm_vectorizer_fit(plan, &view, -1, &vectorizer, &matrix, NULL, error), error);

  fkm_rows rows = FKM_INIT(fkm_rows);
  must(fkm_matrix_rows(matrix, &rows, error), error);
  fkm_labels labels = FKM_INIT(fkm_labels);
  labels.type = FKM_LABEL_TEXT;
  labels.row_count = TEXTS;
  labels.label_count = TOPICS;
  labels.text = names.bytes;
  labels.text_offsets = names.offsets;
  labels.codes = topic_of_text;

  fkm_classifier *classifier;
  fkm_model *model, *complete;
  fkm_report report = FKM_INIT(fkm_report);
  int calls = 0;
  must(fkm_classifier_new("{\"k_init\": 2, \"n_threads\": 2}", -1, NULL, NULL, &classifier, error), error);
  must(fkm_classifier_fit(classifier, &rows, &labels, NULL, show, &calls, &report, error), error);
  must(fkm_classifier_model(classifier, &model, error), error);
  must(fkm_model_with_vectorizer(model, vectorizer, &complete, error), error);
  printf("learned %lld prototypes from %lld texts with %lld features\n", (long long)report.prototype_count,
         (long long)rows.row_count, (long long)rows.column_count);
  if (calls == 0) fprintf(stderr, "no progress was reported\n");

  fkm_model_free(model);
  fkm_classifier_free(classifier);
  fkm_matrix_free(matrix);
  fkm_vectorizer_free(vectorizer);
  fkm_vectorizer_free(plan);
  free(all.bytes);
  free(names.bytes);
  return complete;
}

static void ask(const fkm_model *model, fkm_error *error) {
  joined all = join(questions, QUESTIONS);
  fkm_documents view = documents(&all);
  fkm_vectorizer *vectorizer;
  fkm_matrix *matrix;
  must(fkm_model_vectorizer(model, &vectorizer, error), error);
  must(fkm_vectorizer_transform(vectorizer, &view, -1, &matrix, NULL, error), error);
  fkm_rows rows = FKM_INIT(fkm_rows);
  must(fkm_matrix_rows(matrix, &rows, error), error);

  fkm_model_info info = FKM_INIT(fkm_model_info);
  must(fkm_model_get_info(model, &info, error), error);
  char *names = malloc((size_t)info.label_text_size + 1);
  int64_t *starts = malloc(sizeof(int64_t) * ((size_t)info.class_count + 1));
  if (!names || !starts) exit(1);
  must(fkm_model_copy_text_labels(model, names, starts, error), error);

  int32_t classes[QUESTIONS];
  float confidences[QUESTIONS];
  must(fkm_model_predict_top(model, &rows, 0, 1, classes, NULL, NULL, confidences, NULL, NULL, error), error);
  for (int i = 0; i < QUESTIONS; i++) {
    int64_t start = starts[classes[i]], end = starts[classes[i] + 1];
    printf("%-30s %.*s\n", questions[i], (int)(end - start), names + start);
    if (!(confidences[i] > 0 && confidences[i] <= 1)) fprintf(stderr, "a confidence is %g\n", confidences[i]);
  }

  free(starts);
  free(names);
  fkm_matrix_free(matrix);
  fkm_vectorizer_free(vectorizer);
  free(all.bytes);
}

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: %s MODEL_FILE\n", arguments[0]);
    return 2;
  }
  if (fkm_abi_version() != FKM_ABI_VERSION) {
    fprintf(stderr, "the library speaks another version of the interface than this program\n");
    return 1;
  }
  fkm_error error = FKM_INIT(fkm_error);
  fkm_model *model = learn(&error), *read;
  must(fkm_model_save(model, arguments[1], &error), &error);
  fkm_model_free(model);
  must(fkm_model_load(arguments[1], -1, &read, &error), &error);
  ask(read, &error);
  fkm_model_free(read);

  /* A mistake is answered, not punished. */
  fkm_classifier *none;
  int32_t status = fkm_classifier_new("{\"k_init\": 0}", -1, NULL, NULL, &none, &error);
  printf("%s: %s\n", fkm_status_name(status), error.message);
  return status == FKM_INVALID_OPTION ? 0 : 1;
}
