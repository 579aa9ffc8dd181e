#include "lists_levels.h"

#if defined(__x86_64__)
#define FK_NAME(function) function##_avx512
#define FK_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"), min_vector_width(512)))
#include "lists_body.h"
#endif
