// A library to be loaded before libc (LD_PRELOAD): the n-th call that changes a watched folder goes wrong.
//
// FAULT_FOLDER  calls count whose path, or whose file's path, begins with this
// FAULT_AT      number of the call that goes wrong, from 1; 0: none
// FAULT_KIND    before, half, after: the process dies by SIGKILL before the call, after it wrote half of its
//               bytes, after it. EIO, ENOSPC: it fails so, having done nothing; short: it writes half of its
//               bytes and says so, and the next one fails with ENOSPC
// FAULT_COUNT   file that receives the number of calls at the end of the process
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_int calls;
static atomic_int disk_is_full;

static int watches(const char* path) {
  const char* folder = getenv("FAULT_FOLDER");
  return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static int watches_file(int file) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return watches(path);
}

enum fault { none, before, half, after, fails, is_short };

// Counts a call and says what is to happen to it; where it fails, errno is set.
static enum fault next_fault(void) {
  int number = atomic_fetch_add(&calls, 1) + 1;
  const char* at = getenv("FAULT_AT");
  const char* kind = getenv("FAULT_KIND");
  if (atomic_exchange(&disk_is_full, 0)) {
    errno = ENOSPC;
    return fails;
  }
  if (!at || !kind || atoi(at) != number) return none;
  if (strcmp(kind, "before") == 0) return before;
  if (strcmp(kind, "half") == 0) return half;
  if (strcmp(kind, "after") == 0) return after;
  if (strcmp(kind, "short") == 0) return is_short;
  errno = strcmp(kind, "EIO") == 0 ? EIO : ENOSPC;
  return fails;
}

static void die(void) { kill(getpid(), SIGKILL); }

// A call that writes no bytes: half of it is nothing, and so is a short one.
#define CALL(watched, type, name, parameters, arguments)            \
  type name parameters {                                            \
    static type(*real) parameters;                                  \
    if (!real) real = (type(*) parameters)dlsym(RTLD_NEXT, #name);  \
    if (!(watched)) return real arguments;                          \
    enum fault fault = next_fault();                                \
    if (fault == before || fault == half) die();                    \
    if (fault == fails || fault == is_short) {                      \
      if (fault == is_short) errno = ENOSPC;                        \
      return (type)-1;                                              \
    }                                                               \
    type result = real arguments;                                   \
    if (fault == after) die();                                      \
    return result;                                                  \
  }

// A call that writes `count` bytes.
#define WRITE(name, parameters, whole, part)                           \
  ssize_t name parameters {                                            \
    static ssize_t(*real) parameters;                                  \
    if (!real) real = (ssize_t(*) parameters)dlsym(RTLD_NEXT, #name);  \
    if (!watches_file(file)) return real whole;                        \
    enum fault fault = next_fault();                                   \
    if (fault == before) die();                                        \
    if (fault == fails) return -1;                                     \
    if (fault == half || fault == is_short) {                          \
      ssize_t written = real part;                                     \
      if (fault == half) die();                                        \
      atomic_store(&disk_is_full, 1);                                  \
      return written;                                                  \
    }                                                                  \
    ssize_t result = real whole;                                       \
    if (fault == after) die();                                         \
    return result;                                                     \
  }

WRITE(write, (int file, const void* bytes, size_t count), (file, bytes, count), (file, bytes, count / 2))
WRITE(pwrite, (int file, const void* bytes, size_t count, off_t offset), (file, bytes, count, offset),
      (file, bytes, count / 2, offset))
WRITE(pwrite64, (int file, const void* bytes, size_t count, off64_t offset), (file, bytes, count, offset),
      (file, bytes, count / 2, offset))

CALL(watches_file(file), int, fsync, (int file), (file))
CALL(watches_file(file), int, ftruncate, (int file, off_t length), (file, length))
CALL(watches_file(file), int, ftruncate64, (int file, off64_t length), (file, length))
CALL(watches(to), int, rename, (const char* from, const char* to), (from, to))
CALL(watches(path), int, unlink, (const char* path), (path))
CALL(watches(path), int, symlink, (const char* target, const char* path), (target, path))
CALL(watches(path), int, mkdir, (const char* path, mode_t mode), (path, mode))

// Opening counts where it may create or empty a file.
#define OPEN(name)                                                                    \
  int name(const char* path, int flags, ...) {                                        \
    static int (*real)(const char*, int, ...);                                        \
    if (!real) real = (int (*)(const char*, int, ...))dlsym(RTLD_NEXT, #name);        \
    va_list rest;                                                                     \
    va_start(rest, flags);                                                            \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;           \
    va_end(rest);                                                                     \
    if (!(flags & (O_CREAT | O_TRUNC)) || !watches(path)) return real(path, flags, mode); \
    enum fault fault = next_fault();                                                  \
    if (fault == before || fault == half) die();                                      \
    if (fault == fails || fault == is_short) {                                        \
      if (fault == is_short) errno = ENOSPC;                                          \
      return -1;                                                                      \
    }                                                                                 \
    int result = real(path, flags, mode);                                             \
    if (fault == after) die();                                                        \
    return result;                                                                    \
  }

OPEN(open)
OPEN(open64)

__attribute__((destructor)) static void tell(void) {
  const char* path = getenv("FAULT_COUNT");
  FILE* file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%d\n", atomic_load(&calls));
  fclose(file);
}
