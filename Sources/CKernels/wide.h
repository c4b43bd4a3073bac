// How the loops of this target are built: once per instruction set, chosen at load.
#ifndef VAEDP_WIDE_H
#define VAEDP_WIDE_H

// The thread sanitizer would put its calls into the function that chooses as well, which runs before
// there is a sanitizer: the baseline alone then.
#if __has_feature(thread_sanitizer)
#define HAS_CLONES 0
#define WIDE
#else
#define HAS_CLONES 1
#define WIDE __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#endif
#define INLINE static inline __attribute__((always_inline))
// Sixteen floats a turn where the instruction set has registers for it; operands may be the target.
#define EACH _Pragma("clang loop vectorize(assume_safety) vectorize_width(16) interleave_count(2)")

#endif
