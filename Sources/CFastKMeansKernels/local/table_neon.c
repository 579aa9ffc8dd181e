#include "local_levels.h"

#if defined(__aarch64__)
#define FK_NAME(function) function##_neon
#define FK_TARGET
#define FK_REGISTERS 6
#include "table_body.h"
#endif
