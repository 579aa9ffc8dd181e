#include "lists_levels.h"

#if defined(__x86_64__)
#define FK_NAME(function) function##_avx2
#define FK_TARGET __attribute__((target("avx2,fma")))
#include "lists_body.h"
#endif
