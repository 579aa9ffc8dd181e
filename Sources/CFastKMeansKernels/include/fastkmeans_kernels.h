#pragma once
/* The whole surface of the kernels: pure functions over the caller's memory. They allocate nothing, start no
 * thread, keep no state but the chosen instruction set, and take any alignment. One header a family. */
#include "fk_local.h"
#include "fk_platform.h"
#include "fk_refine.h"
#include "fk_dense.h"
#include "fk_scoring.h"
#include "fk_checksum.h"
#include "fk_codes.h"
#include "fk_digest.h"
#include "fk_staged.h"
#include "fk_lists.h"
