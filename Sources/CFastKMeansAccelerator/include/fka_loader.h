#pragma once
#include "fka_plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  FKA_LOADED = 0,
  FKA_MISSING = 1,   /* no such file */
  FKA_UNLOADABLE = 2 /* the system's loader, or the plug-in's own entry, refused it; the message says why */
} fka_load_result;

/* Loads a plug-in and keeps it for the life of the process. `*plugin` is set for FKA_LOADED only; its `abi` is still to
 * be checked. The message is one line. */
fka_load_result fka_load(const char *path, const fka_plugin **plugin, char *message, size_t capacity);

/* The place beside the running program or library that holds this code: its folder, without a slash at the end.
 * Returns 0 if the system doesn't tell or it does not fit. */
int fka_own_folder(char *folder, size_t capacity);

/* An environment variable, or NULL. */
const char *fka_environment(const char *name);

#ifdef __cplusplus
}
#endif
