#define _GNU_SOURCE
#include <sched.h>
#include <unistd.h>

#include "CKernels.h"

bool vaedp_has_bfloat16(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512bf16") || __builtin_cpu_supports("amx-bf16");
}

int vaedp_affinity_count(void) {
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) return CPU_COUNT(&mask);
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
}
