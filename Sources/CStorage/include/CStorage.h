// What the address sanitizer is told of memory that comes from mmap, of which it knows nothing. In a
// build without it nothing is told: there is no margin, and nothing is ever forbidden.
#ifndef VAEDP_CSTORAGE_H
#define VAEDP_CSTORAGE_H

#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

// Bytes that a block should have beyond its last, to forbid them.
long vaedp_margin(void);
// Whoever touches these bytes from now on is reported.
void vaedp_forbid(const void *memory, long byte_count);
// These bytes may be touched again; for memory that goes back to the operating system.
void vaedp_permit(const void *memory, long byte_count);
// Whether touching this byte is reported.
bool vaedp_is_forbidden(const void *byte);

#pragma clang assume_nonnull end

#endif
