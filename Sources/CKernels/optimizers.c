// The loops of the optimisers; CKernels.h has their formulas.
#include "update.h"

#define PARAMETERS vaedp_rule r, long count, const float *gradient, float *const *arrays, long start

INLINE float ruled(vaedp_gradient_rule rule, float gradient, float w) {
  return rule.scale * gradient + rule.l2 * w + rule.l1 * sign(w);
}

WIDE float vaedp_update_sgd(PARAMETERS) {
  float *w = arrays[0] + start;
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float next = w[i] - r.rate * ruled(r.gradient, gradient[i], w[i]);
    w[i] = next;
    largest = larger(largest, magnitude(next));
  }
  return as_number(largest);
}

WIDE float vaedp_update_momentum(PARAMETERS) {
  float *w = arrays[0] + start, *v = arrays[1] + start;
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(r.gradient, gradient[i], w[i]);
    float velocity = r.beta1 * v[i] + g;
    float next = w[i] - r.rate * velocity;
    v[i] = velocity;
    w[i] = next;
    largest = larger(largest, larger(magnitude(velocity), magnitude(next)));
  }
  return as_number(largest);
}

WIDE float vaedp_update_nesterov(PARAMETERS) {
  float *w = arrays[0] + start, *v = arrays[1] + start;
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(r.gradient, gradient[i], w[i]);
    float velocity = r.beta1 * v[i] + g;
    float next = w[i] - r.rate * (g + r.beta1 * velocity);
    v[i] = velocity;
    w[i] = next;
    largest = larger(largest, larger(magnitude(velocity), magnitude(next)));
  }
  return as_number(largest);
}

WIDE float vaedp_update_adam(PARAMETERS) {
  float *w = arrays[0] + start, *m = arrays[1] + start, *v = arrays[2] + start;
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(r.gradient, gradient[i], w[i]);
    float mean = r.beta1 * m[i] + r.fresh1 * g;
    float square = r.beta2 * v[i] + r.fresh2 * (g * g);
    float root = __builtin_elementwise_sqrt(square) * r.root + r.epsilon;
    float next = w[i] * r.keep - r.rate * (mean / root);
    m[i] = mean;
    v[i] = square;
    w[i] = next;
    largest = larger(larger(largest, magnitude(next)), larger(magnitude(mean), magnitude(square)));
  }
  return as_number(largest);
}

WIDE float vaedp_update_amsgrad(PARAMETERS) {
  float *w = arrays[0] + start, *m = arrays[1] + start, *v = arrays[2] + start;
  float *u = arrays[3] + start;
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(r.gradient, gradient[i], w[i]);
    float mean = r.beta1 * m[i] + r.fresh1 * g;
    float square = r.beta2 * v[i] + r.fresh2 * (g * g);
    float most = square > u[i] ? square : u[i];
    float root = __builtin_elementwise_sqrt(most) * r.root + r.epsilon;
    float next = w[i] - r.rate * (mean / root);
    m[i] = mean;
    v[i] = square;
    u[i] = most;
    w[i] = next;
    largest = larger(larger(largest, magnitude(next)), larger(magnitude(mean), magnitude(square)));
    largest = larger(largest, magnitude(most));
  }
  return as_number(largest);
}

WIDE float vaedp_update_adamax(PARAMETERS) {
  float *w = arrays[0] + start, *m = arrays[1] + start, *u = arrays[2] + start;
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(r.gradient, gradient[i], w[i]);
    float mean = r.beta1 * m[i] + r.fresh1 * g;
    float old = r.beta2 * u[i], new = __builtin_elementwise_abs(g) + r.epsilon;
    float most = old > new ? old : new;
    float next = w[i] - r.rate * (mean / most);
    m[i] = mean;
    u[i] = most;
    w[i] = next;
    largest = larger(larger(largest, magnitude(next)), larger(magnitude(mean), magnitude(most)));
  }
  return as_number(largest);
}

WIDE float vaedp_update_nadam(PARAMETERS) {
  float *w = arrays[0] + start, *m = arrays[1] + start, *v = arrays[2] + start;
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(r.gradient, gradient[i], w[i]);
    float mean = r.beta1 * m[i] + r.fresh1 * g;
    float square = r.beta2 * v[i] + r.fresh2 * (g * g);
    float root = __builtin_elementwise_sqrt(square) * r.root + r.epsilon;
    float next = w[i] - (r.ahead * g + r.rate * mean) / root;
    m[i] = mean;
    v[i] = square;
    w[i] = next;
    largest = larger(larger(largest, magnitude(next)), larger(magnitude(mean), magnitude(square)));
  }
  return as_number(largest);
}

// One loop for each pair of constants. `a` and `b` stand for any array where they are not used.
INLINE float rmsprop(PARAMETERS, float *a, float *b, bool is_centered, bool has_momentum) {
  float *w = arrays[0] + start, *s = arrays[1] + start;
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(r.gradient, gradient[i], w[i]);
    float square = r.beta2 * s[i] + r.fresh2 * (g * g), spread = square;
    if (is_centered) {
      float mean = r.beta2 * a[i] + r.fresh2 * g;
      float difference = square - mean * mean;
      spread = difference > 0.0f ? difference : 0.0f;
      a[i] = mean;
      largest = larger(largest, magnitude(mean));
    }
    float direction = g / (__builtin_elementwise_sqrt(spread) + r.epsilon);
    if (has_momentum) {
      direction += r.beta1 * b[i];
      b[i] = direction;
      largest = larger(largest, magnitude(direction));
    }
    float next = w[i] - r.rate * direction;
    s[i] = square;
    w[i] = next;
    largest = larger(larger(largest, magnitude(next)), magnitude(square));
  }
  return as_number(largest);
}

WIDE float vaedp_update_rmsprop(PARAMETERS) {
  float *w = arrays[0] + start;
  return r.beta1 == 0.0f
             ? rmsprop(r, count, gradient, arrays, start, w, w, false, false)
             : rmsprop(r, count, gradient, arrays, start, w, arrays[2] + start, false, true);
}

WIDE float vaedp_update_rmsprop_centered(PARAMETERS) {
  float *a = arrays[2] + start;
  return r.beta1 == 0.0f
             ? rmsprop(r, count, gradient, arrays, start, a, a, true, false)
             : rmsprop(r, count, gradient, arrays, start, a, arrays[3] + start, true, true);
}

WIDE float vaedp_update_adagrad(PARAMETERS) {
  float *w = arrays[0] + start, *s = arrays[1] + start;
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(r.gradient, gradient[i], w[i]);
    float sum = s[i] + g * g;
    float next = w[i] - r.rate * (g / (__builtin_elementwise_sqrt(sum) + r.epsilon));
    s[i] = sum;
    w[i] = next;
    largest = larger(largest, larger(magnitude(sum), magnitude(next)));
  }
  return as_number(largest);
}

WIDE float vaedp_update_lion(PARAMETERS) {
  float *w = arrays[0] + start, *m = arrays[1] + start;
  uint32_t largest = 0;
  EACH for (long i = 0; i < count; i++) {
    float g = ruled(r.gradient, gradient[i], w[i]);
    float direction = sign(r.beta1 * m[i] + r.fresh1 * g);
    float mean = r.beta2 * m[i] + r.fresh2 * g;
    float next = w[i] * r.keep - r.rate * direction;
    m[i] = mean;
    w[i] = next;
    largest = larger(largest, larger(magnitude(mean), magnitude(next)));
  }
  return as_number(largest);
}

// Sixteen lines: as many as a core asks for at once without waiting.
enum { block = 256 };

static inline long shorter(long a, long b) { return a < b ? a : b; }

// Asks for lines to write, which takes them away from other cores. One that is read first and written then is
// asked for twice.
__attribute__((target("prfchw"))) static void claim(const float *x, long count) {
  for (long i = 0; i < shorter(block, count); i += 16) __builtin_prefetch(x + i, 1);
}

float vaedp_update_claiming(float (*loop)(PARAMETERS), PARAMETERS) {
  uint32_t largest = 0;
  claim(arrays[0] + start, count);
  for (long begin = 0; begin < count; begin += block) {
    claim(arrays[0] + start + begin + block, count - begin - block);
    float wrote =
        loop(r, shorter(block, count - begin), gradient + begin, arrays, start + begin);
    largest = larger(largest, magnitude(wrote));
  }
  return as_number(largest);
}
