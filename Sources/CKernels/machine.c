#define _GNU_SOURCE
#include <sched.h>
#include <unistd.h>

#include "CKernels.h"

int vaedp_affinity_count(void) {
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) return CPU_COUNT(&mask);
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
}
