#define _GNU_SOURCE
#include "fka_loader.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Loaders write several lines; the first says it. */
static void say(char *message, size_t capacity, const char *text) {
  if (capacity == 0) return;
  snprintf(message, capacity, "%s", text ? text : "unknown");
  message[strcspn(message, "\r\n")] = 0;
}

fka_load_result fka_load(const char *path, const fka_plugin **plugin, char *message, size_t capacity) {
  *plugin = NULL;
  say(message, capacity, "");
  if (access(path, F_OK) != 0) return FKA_MISSING;
  /* Local: the libraries that it brings stay out of the way of the program's own symbols. */
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    say(message, capacity, dlerror());
    return FKA_UNLOADABLE;
  }
  void *entry = dlsym(library, FKA_ENTRY);
  if (!entry) {
    say(message, capacity, "it has no function " FKA_ENTRY);
    return FKA_UNLOADABLE;
  }
  const fka_plugin *(*get)(void);
  memcpy(&get, &entry, sizeof get); /* ISO C has no conversion from an object's pointer to a function's */
  *plugin = get();
  if (*plugin) return FKA_LOADED;
  say(message, capacity, "its table of functions is empty");
  return FKA_UNLOADABLE;
}

int fka_own_folder(char *folder, size_t capacity) {
  Dl_info found;
  const void *here = (const void *)(uintptr_t)&fka_own_folder;
  if (!dladdr(here, &found) || !found.dli_fname) return 0;
  char *path = realpath(found.dli_fname, NULL);
#if defined(__linux__)
  /* A program that was started by its name alone is known by that name. */
  if (!path) path = realpath("/proc/self/exe", NULL);
#endif
  if (!path) return 0;
  char *slash = strrchr(path, '/');
  if (slash) *slash = 0;
  int fits = strlen(path) < capacity;
  if (fits) memcpy(folder, path, strlen(path) + 1);
  free(path);
  return fits;
}

const char *fka_environment(const char *name) { return getenv(name); }
