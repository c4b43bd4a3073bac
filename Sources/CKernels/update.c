#include "CKernels.h"
#include "wide.h"

WIDE void vaedp_tree_sum(float *slabs, long stride, long shards, long begin, long end) {
  for (long gap = 1; gap < shards; gap *= 2)
    for (long shard = 0; shard + gap < shards; shard += 2 * gap) {
      float *target = slabs + shard * stride;
      const float *source = target + gap * stride;
      EACH for (long i = begin; i < end; i++) target[i] += source[i];
    }
}

WIDE double vaedp_sum_of_squares(const float *x, long count, float scale) {
  double partial[16] = {0};
  long i = 0;
  for (; i + 16 <= count; i += 16)
    for (int k = 0; k < 16; k++) {
      double value = (double)(scale * x[i + k]);
      partial[k] += value * value;
    }
  for (int k = 0; i < count; i++, k++) {
    double value = (double)(scale * x[i]);
    partial[k] += value * value;
  }
  for (int width = 8; width > 0; width /= 2)
    for (int k = 0; k < width; k++) partial[k] += partial[k + width];
  return partial[0];
}

INLINE float ruled(vaedp_gradient_rule rule, float gradient, float w) {
  float sign = w > 0.0f ? 1.0f : w < 0.0f ? -1.0f : 0.0f;
  return rule.scale * gradient + rule.l2 * w + rule.l1 * sign;
}

WIDE void vaedp_update_sgd(vaedp_sgd rule, long count, float *w, const float *gradient, float *v) {
  if (!v) {
    EACH for (long i = 0; i < count; i++) w[i] -= rule.rate * ruled(rule.gradient, gradient[i], w[i]);
    return;
  }
  float ahead = rule.nesterov ? 1.0f : 0.0f, along = rule.nesterov ? rule.momentum : 1.0f;
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(rule.gradient, gradient[i], w[i]);
    v[i] = rule.momentum * v[i] + g;
    w[i] -= rule.rate * (ahead * g + along * v[i]);
  }
}

WIDE void vaedp_update_adam(vaedp_adam rule, long count, float *w, const float *gradient, float *m,
                            float *v) {
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(rule.gradient, gradient[i], w[i]);
    m[i] = rule.beta1 * m[i] + (1.0f - rule.beta1) * g;
    v[i] = rule.beta2 * v[i] + (1.0f - rule.beta2) * (g * g);
    float root = __builtin_elementwise_sqrt(v[i]) * rule.root_correction + rule.epsilon;
    w[i] = w[i] * rule.keep - rule.step * (m[i] / root);
  }
}

WIDE void vaedp_update_average(float momentum, float scale, long count, float *average,
                               const float *value) {
  EACH for (long i = 0; i < count; i++)
    average[i] = (1.0f - momentum) * average[i] + momentum * (scale * value[i]);
}
