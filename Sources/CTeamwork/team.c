#define _GNU_SOURCE
#include "CTeamwork.h"

#include <linux/futex.h>
#include <sched.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

uint32_t vaedp_processor(void) { return (uint32_t)sched_getcpu(); }

void vaedp_sleep_while(void *word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

void vaedp_wake(void *word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

static _Thread_local void *led_team;

void *vaedp_led_team(void) { return led_team; }

void vaedp_lead_team(void *team) { led_team = team; }
