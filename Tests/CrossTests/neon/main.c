/* The kernels of one level against the scalar ones, in plain C: for machines where no Swift toolchain runs.
 *
 *     kernel_tests LEVEL            every family: scalar, avx2, avx512 or neon
 *     kernel_tests dispatch LEVEL   whether LEVEL is what this process chose (see FASTKMEANS_SIMD)
 *
 * Exit status 0 if all checks hold, 1 if one does not, 2 if they can't run. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "families.h"

typedef struct {
  const char *name;
  void (*run)(int level);
} family;

static const family families[] = {
    {"scoring", test_scoring}, {"dense", test_dense}, {"codes", test_codes},
    {"staged", test_staged},   {"local", test_local}, {"table", test_table},
    {"step", test_step},       {"refine", test_refine}, {"lists", test_lists},
    {"checksum", test_checksum}, {"digest", test_digest},
};

static int level_named(const char *name) {
  for (int level = 0; level < 4; level++)
    if (strcmp(name, fk_simd_name(level)) == 0) return level;
  return -1;
}

/* A family without a single check is also a mistake. */
static void run_family(const char *name, void (*run)(int level), int level) {
  size_t count = check_count(), failures = check_failures();
  run(level);
  count = check_count() - count;
  failures = check_failures() - failures;
  printf("%s: %s, %zu checks, %zu failed\n", fk_simd_name(level), name, count, failures);
  check("no check at all", count > 0);
}

int main(int argument_count, char **arguments) {
  int is_dispatch = argument_count == 3 && strcmp(arguments[1], "dispatch") == 0;
  int level = argument_count == 2 || is_dispatch ? level_named(arguments[argument_count - 1]) : -1;
  if (level < 0) {
    fprintf(stderr, "usage: kernel_tests [dispatch] scalar|avx2|avx512|neon\n");
    return 2;
  }
  if (!fk_simd_is_supported(level)) {
    fprintf(stderr, "this machine can't run %s\n", fk_simd_name(level));
    return 2;
  }
  check_catch_faults();
  if (is_dispatch) run_family("dispatch", test_dispatch, level);
  for (size_t i = 0; !is_dispatch && i < sizeof families / sizeof *families; i++)
    run_family(families[i].name, families[i].run, level);
  return check_failures() > 0;
}
