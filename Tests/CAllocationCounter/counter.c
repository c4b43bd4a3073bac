#define _GNU_SOURCE
#include "CAllocationCounter.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GLIBC__) && !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) && \
    !__has_feature(memory_sanitizer)
#define AVAILABLE 1
#else
#define AVAILABLE 0
#endif

enum { MOST_SITES = 1024, MOST_FRAMES = 24 };

typedef struct {
  void *frames[MOST_FRAMES];
  int depth;
  long calls;
} site;

static site sites[MOST_SITES];
static long site_count;
static atomic_bool is_counting;
static atomic_flag is_locked = ATOMIC_FLAG_INIT;

bool allocation_counter_is_available(void) { return AVAILABLE; }

void allocation_counter_start(void) {
  void *frame;
  backtrace(&frame, 1);  // Its first call loads a library, which allocates.
  memset(sites, 0, sizeof sites);
  site_count = 0;
  atomic_store(&is_counting, true);
}

void allocation_counter_stop(void) { atomic_store(&is_counting, false); }

long allocation_counter_site_count(void) { return site_count; }

long allocation_counter_calls(long index) { return sites[index].calls; }

static const char *file_name(const void *address) {
  Dl_info info;
  if (!dladdr(address, &info) || !info.dli_fname) return "?";
  const char *slash = strrchr(info.dli_fname, '/');
  return slash ? slash + 1 : info.dli_fname;
}

const char *allocation_counter_program(void) { return file_name((void *)allocation_counter_start); }

// The C library as a caller allocates for someone else: strdup, qsort. So does C++'s operator new.
static bool allocates_for_others(const char *file) {
  return strncmp(file, "libstdc++", 9) == 0 || strncmp(file, "libc.so", 7) == 0;
}

const char *allocation_counter_owner(long index) {
  const site *s = &sites[index];
  for (int i = 0; i < s->depth; i++) {
    const char *file = file_name(s->frames[i]);
    if (!allocates_for_others(file)) return file;
  }
  return s->depth > 0 ? file_name(s->frames[0]) : "?";
}

void allocation_counter_describe(long index, char *text, long size) {
  const site *s = &sites[index];
  long used = 0;
  text[0] = 0;
  for (int i = 0; i < s->depth && used < size; i++) {
    Dl_info info = {0};
    dladdr(s->frames[i], &info);
    used += snprintf(text + used, (size_t)(size - used), "  %s %s 0x%lx\n", file_name(s->frames[i]),
                     info.dli_sname ? info.dli_sname : "",
                     (unsigned long)((uintptr_t)s->frames[i] - (uintptr_t)info.dli_fbase));
  }
}

#if AVAILABLE

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static _Thread_local bool is_inside;

// The allocating function and this one are the two innermost frames.
static __attribute__((noinline)) void note(void) {
  if (!atomic_load_explicit(&is_counting, memory_order_relaxed) || is_inside) return;
  is_inside = true;
  void *frames[MOST_FRAMES + 2];
  int depth = backtrace(frames, MOST_FRAMES + 2) - 2;
  if (depth < 0) depth = 0;
  while (atomic_flag_test_and_set(&is_locked)) {}
  long index = 0;
  size_t bytes = (size_t)depth * sizeof(void *);
  while (index < site_count && (sites[index].depth != depth ||
                                memcmp(sites[index].frames, frames + 2, bytes) != 0))
    index++;
  if (index == MOST_SITES) index = MOST_SITES - 1;
  if (index == site_count) {
    memcpy(sites[index].frames, frames + 2, bytes);
    sites[index].depth = depth;
    site_count++;
  }
  sites[index].calls++;
  atomic_flag_clear(&is_locked);
  is_inside = false;
}

void *malloc(size_t size) {
  note();
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  note();
  return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
  note();
  return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  note();
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
  note();
  if (alignment % sizeof(void *) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0)
    return EINVAL;
  void *found = __libc_memalign(alignment, size);
  if (!found) return ENOMEM;
  *memory = found;
  return 0;
}

void free(void *memory) { __libc_free(memory); }

#endif
