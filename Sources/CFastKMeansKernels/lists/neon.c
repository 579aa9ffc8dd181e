#include "lists_levels.h"

#if defined(__aarch64__)
#define FK_NAME(function) function##_neon
#define FK_TARGET
#include "lists_body.h"
#endif
