#include "local_levels.h"

#define FK_NAME(function) function##_scalar
#define FK_TARGET
#define FK_REGISTERS 2
#include "table_body.h"
