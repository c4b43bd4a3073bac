// How the loops of this target are built: once per instruction set, chosen at load.
#ifndef VAEDP_WIDE_H
#define VAEDP_WIDE_H

#define WIDE __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#define INLINE static inline __attribute__((always_inline))
// Sixteen floats a turn where the instruction set has registers for it; operands may be the target.
#define EACH _Pragma("clang loop vectorize(assume_safety) vectorize_width(16) interleave_count(2)")

#endif
