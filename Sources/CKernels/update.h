// What the loops that change parameters have in common.
#ifndef VAEDP_UPDATE_H
#define VAEDP_UPDATE_H

#include "CKernels.h"
#include "wide.h"

// The bits of |x|: they order numbers as their magnitudes do, then infinity, then what is no number.
INLINE uint32_t magnitude(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits & 0x7FFFFFFF;
}

INLINE uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

INLINE float as_number(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

INLINE float sign(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f; }

#endif
