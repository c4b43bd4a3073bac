// Counts the allocations of a process between two calls, with the code that asked for each.
//
// Where it is available it stands in for malloc and its kin, in the whole process: outside the two
// calls it only passes on. It is for one measurement in a process that does nothing else.
#ifndef CALLOCATIONCOUNTER_H
#define CALLOCATIONCOUNTER_H

#include <stdbool.h>

#pragma clang assume_nonnull begin

// False with another C library than glibc, and under sanitizers, which have an allocator of their own.
bool allocation_counter_is_available(void);

// Forgets what was counted, and counts from now on, on all threads.
void allocation_counter_start(void);
void allocation_counter_stop(void);

// Places in the code from which allocations came; at most 1024 are told apart, the last takes the rest.
long allocation_counter_site_count(void);
// How many came from a place.
long allocation_counter_calls(long site);
// File name of the library whose code asked, or of the program: the innermost frame that is not in
// the C or C++ library, which allocate for others.
const char *allocation_counter_owner(long site);
// File name of the program that is running, as `allocation_counter_owner` says it.
const char *allocation_counter_program(void);
// The frames, innermost first, one a line: library, symbol where it has one, offset in the file.
void allocation_counter_describe(long site, char *text, long size);

#pragma clang assume_nonnull end

#endif
