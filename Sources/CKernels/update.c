#include "update.h"

INLINE void tree_sum(float *buffers, long stride, long shards, long begin, long end) {
  for (long gap = 1; gap < shards; gap *= 2)
    for (long shard = 0; shard + gap < shards; shard += 2 * gap) {
      float *target = buffers + shard * stride;
      const float *source = target + gap * stride;
      EACH for (long i = begin; i < end; i++) target[i] += source[i];
    }
}

WIDE void vaedp_tree_sum(float *buffers, long stride, long shards, long begin, long end) {
  tree_sum(buffers, stride, shards, begin, end);
}

WIDE double vaedp_tree_sum_of_squares(float *buffers, long stride, long shards, long begin, long end,
                                      float scale) {
  // Blocks that the first-level cache holds for every shard of a small number.
  enum { block = 1024 };
  double partial[16] = {0};
  for (long start = begin; start < end; start += block) {
    long stop = start + block < end ? start + block : end;
    tree_sum(buffers, stride, shards, start, stop);
    long i = start;
    for (; i + 16 <= stop; i += 16)
      for (int k = 0; k < 16; k++) {
        double value = (double)(scale * buffers[i + k]);
        partial[k] += value * value;
      }
    for (int k = 0; i < stop; i++, k++) {
      double value = (double)(scale * buffers[i]);
      partial[k] += value * value;
    }
  }
  for (int width = 8; width > 0; width /= 2)
    for (int k = 0; k < width; k++) partial[k] += partial[k + width];
  return partial[0];
}

WIDE float vaedp_largest_magnitude(long count, const float *x) {
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) largest = larger(largest, magnitude(x[i]));
  return as_number(largest);
}

WIDE float vaedp_update_statistic(float momentum, float scale, long count, float *average,
                                  const float *value) {
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float next = (1.0f - momentum) * average[i] + momentum * (scale * value[i]);
    average[i] = next;
    largest = larger(largest, magnitude(next));
  }
  return as_number(largest);
}

WIDE float vaedp_update_average(float weight, long count, float *average, const float *value) {
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float next = weight < 1.0f ? average[i] + weight * (value[i] - average[i]) : value[i];
    average[i] = next;
    largest = larger(largest, magnitude(next));
  }
  return as_number(largest);
}
