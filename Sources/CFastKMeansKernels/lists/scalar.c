#include "lists_levels.h"

#define FK_NAME(function) function##_scalar
#define FK_TARGET
#include "lists_body.h"
