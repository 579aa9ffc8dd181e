#include "local_levels.h"

#if defined(__x86_64__)
#define FK_NAME(function) function##_avx2
#define FK_TARGET __attribute__((target("avx2,fma")))
#define FK_REGISTERS 6
#include "table_body.h"
#endif
