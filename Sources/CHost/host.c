#define _GNU_SOURCE
#include "CHost.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

int vaedp_affinity_count(void) {
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) return CPU_COUNT(&mask);
  return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int vaedp_end_with_parent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL); }

int vaedp_memory_file(void) { return memfd_create("vaedp", MFD_CLOEXEC); }
