#define _GNU_SOURCE
#include "CProcessorPin.h"

#include <sched.h>
#include <unistd.h>

void pin_to_first_processor(void) {
  cpu_set_t set;
  // Those of the process, whatever other threads have done to themselves.
  if (sched_getaffinity(getpid(), sizeof set, &set) != 0) return;
  for (int processor = 0; processor < CPU_SETSIZE; processor++) {
    if (!CPU_ISSET(processor, &set)) continue;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    sched_setaffinity(0, sizeof set, &set);
    return;
  }
}
