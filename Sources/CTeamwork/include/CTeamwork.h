// What a team of threads needs of the processor and the kernel, and Swift cannot spell.
#ifndef VAEDP_CTEAMWORK_H
#define VAEDP_CTEAMWORK_H

#include <stdint.h>

#pragma clang assume_nonnull begin

// Tells the processor that this thread waits in a loop.
static inline void vaedp_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

// The processor that this thread runs on just now.
uint32_t vaedp_processor(void);

// Sleeps as long as a word of 32 bits has this value and nobody wakes its sleepers. The kernel compares and
// puts to sleep in one step. May also return for no reason.
void vaedp_sleep_while(void *word, uint32_t value);
// Wakes so many of the threads that sleep on a word.
void vaedp_wake(void *word, int count);

// The team that this thread leads; NULL for none.
void *_Nullable vaedp_led_team(void);
void vaedp_lead_team(void *_Nullable team);

#pragma clang assume_nonnull end

#endif
