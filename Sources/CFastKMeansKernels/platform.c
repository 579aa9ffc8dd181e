#define _GNU_SOURCE
#include "fk_platform.h"

#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#endif

int fk_available_cores(void) {
#if defined(__linux__)
  // A container or taskset may allow fewer cores than the machine has.
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
#endif
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (int)count : 1;
}

uint64_t fk_physical_memory_bytes(void) {
  long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? (uint64_t)pages * (uint64_t)size : (uint64_t)4 << 30;
}
