#include "CStorage.h"

#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>

long vaedp_margin(void) { return 4096; }

void vaedp_forbid(const void *memory, long byte_count) {
  __asan_poison_memory_region(memory, (size_t)byte_count);
}

void vaedp_permit(const void *memory, long byte_count) {
  __asan_unpoison_memory_region(memory, (size_t)byte_count);
}

bool vaedp_is_forbidden(const void *byte) { return __asan_address_is_poisoned(byte); }
#else
long vaedp_margin(void) { return 0; }

void vaedp_forbid(const void *memory, long byte_count) {}

void vaedp_permit(const void *memory, long byte_count) {}

bool vaedp_is_forbidden(const void *byte) { return false; }
#endif
