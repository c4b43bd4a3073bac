#include "CKernels.h"
#include "wide.h"

INLINE void tree_sum(float *slabs, long stride, long shards, long begin, long end) {
  for (long gap = 1; gap < shards; gap *= 2)
    for (long shard = 0; shard + gap < shards; shard += 2 * gap) {
      float *target = slabs + shard * stride;
      const float *source = target + gap * stride;
      EACH for (long i = begin; i < end; i++) target[i] += source[i];
    }
}

WIDE void vaedp_tree_sum(float *slabs, long stride, long shards, long begin, long end) {
  tree_sum(slabs, stride, shards, begin, end);
}

WIDE double vaedp_tree_sum_of_squares(float *slabs, long stride, long shards, long begin, long end,
                                      float scale) {
  // Blocks that the first-level cache holds for every shard of a small number.
  enum { block = 1024 };
  double partial[16] = {0};
  for (long start = begin; start < end; start += block) {
    long stop = start + block < end ? start + block : end;
    tree_sum(slabs, stride, shards, start, stop);
    long i = start;
    for (; i + 16 <= stop; i += 16)
      for (int k = 0; k < 16; k++) {
        double value = (double)(scale * slabs[i + k]);
        partial[k] += value * value;
      }
    for (int k = 0; i < stop; i++, k++) {
      double value = (double)(scale * slabs[i]);
      partial[k] += value * value;
    }
  }
  for (int width = 8; width > 0; width /= 2)
    for (int k = 0; k < width; k++) partial[k] += partial[k + width];
  return partial[0];
}

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

WIDE float vaedp_largest_magnitude(long count, const float *x) {
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) largest = larger(largest, magnitude(x[i]));
  return as_number(largest);
}

INLINE float ruled(vaedp_gradient_rule rule, float gradient, float w) {
  float sign = w > 0.0f ? 1.0f : w < 0.0f ? -1.0f : 0.0f;
  return rule.scale * gradient + rule.l2 * w + rule.l1 * sign;
}

WIDE float vaedp_update_sgd(vaedp_sgd rule, long count, float *w, const float *gradient, float *v) {
  uint32_t largest = 0;
  if (!v) {
    EACH for (long i = 0; i < count; i++) {
      float next = w[i] - rule.rate * ruled(rule.gradient, gradient[i], w[i]);
      w[i] = next;
      largest = larger(largest, magnitude(next));
    }
    return as_number(largest);
  }
  float ahead = rule.nesterov ? 1.0f : 0.0f, along = rule.nesterov ? rule.momentum : 1.0f;
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(rule.gradient, gradient[i], w[i]);
    float velocity = rule.momentum * v[i] + g;
    float next = w[i] - rule.rate * (ahead * g + along * velocity);
    v[i] = velocity;
    w[i] = next;
    largest = larger(largest, larger(magnitude(velocity), magnitude(next)));
  }
  return as_number(largest);
}

WIDE float vaedp_update_adam(vaedp_adam rule, long count, float *w, const float *gradient, float *m,
                             float *v) {
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(rule.gradient, gradient[i], w[i]);
    float mean = rule.beta1 * m[i] + (1.0f - rule.beta1) * g;
    float square = rule.beta2 * v[i] + (1.0f - rule.beta2) * (g * g);
    float root = __builtin_elementwise_sqrt(square) * rule.root_correction + rule.epsilon;
    float next = w[i] * rule.keep - rule.step * (mean / root);
    m[i] = mean;
    v[i] = square;
    w[i] = next;
    largest = larger(larger(largest, magnitude(next)), larger(magnitude(mean), magnitude(square)));
  }
  return as_number(largest);
}

WIDE float vaedp_update_average(float momentum, float scale, long count, float *average,
                                const float *value) {
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float next = (1.0f - momentum) * average[i] + momentum * (scale * value[i]);
    average[i] = next;
    largest = larger(largest, magnitude(next));
  }
  return as_number(largest);
}
