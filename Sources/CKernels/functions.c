#include "functions.h"

#include "CKernels.h"

#define UNARY(name, expression)                                              \
  WIDE static void name(long count, float *target, const float *left) {      \
    EACH for (long i = 0; i < count; i++) {                                  \
      float x = left[i];                                                     \
      target[i] = (expression);                                              \
    }                                                                        \
  }

#define BINARY(name, expression)                                             \
  WIDE static void name(long count, float *target, const float *left,        \
                        const float *right) {                                \
    EACH for (long i = 0; i < count; i++) {                                  \
      float a = left[i], b = right[i];                                       \
      target[i] = (expression);                                              \
    }                                                                        \
  }

#define NUMBER(name, expression)                                             \
  WIDE static void name(long count, float *target, const float *left, float b) { \
    EACH for (long i = 0; i < count; i++) {                                  \
      float a = left[i];                                                     \
      target[i] = (expression);                                              \
    }                                                                        \
  }

UNARY(negate, -x)
UNARY(exp_each, exp_f(x))
UNARY(log_each, log_f(x))
UNARY(log1p_each, log1p_f(x))
UNARY(softplus_each, softplus_f(x))
UNARY(tanh_each, tanh_f(x))
UNARY(sigmoid_each, sigmoid_f(x))
UNARY(square_root, __builtin_elementwise_sqrt(x))
UNARY(square, x *x)
UNARY(reciprocal, 1.0f / x)
UNARY(erf_each, erf_f(x))
UNARY(heaviside, x > 0.0f ? 1.0f : 0.0f)
UNARY(floor_of, __builtin_floorf(x))
BINARY(add, a + b)
BINARY(subtract, a - b)
BINARY(multiply, a *b)
BINARY(divide, a / b)
// A NaN in either operand stays.
BINARY(maximum, a > b || a != a ? a : b)
BINARY(minimum, a < b || a != a ? a : b)
NUMBER(leaky_relu, a > 0.0f || a != a ? a : b * a)
NUMBER(add_number, a + b)
NUMBER(subtract_from_number, b - a)
NUMBER(multiply_number, a *b)
NUMBER(divide_number_by, b / a)
NUMBER(maximum_number, a > b || a != a ? a : b)
NUMBER(minimum_number, a < b || a != a ? a : b)

WIDE static void multiply_add(long count, float *target, const float *a, const float *b,
                              const float *c) {
  EACH for (long i = 0; i < count; i++) target[i] = a[i] * b[i] + c[i];
}

WIDE static void masked(long count, float *target, const float *a, const float *b, float number) {
  EACH for (long i = 0; i < count; i++) target[i] = b[i] > 0.0f ? a[i] : number * a[i];
}

void vaedp_apply(vaedp_function function, long n, float *t, const float *a, const float *b,
                 const float *c, float number) {
  switch (function) {
    case VAEDP_NEGATE: negate(n, t, a); break;
    case VAEDP_EXP: exp_each(n, t, a); break;
    case VAEDP_LOG: log_each(n, t, a); break;
    case VAEDP_LOG1P: log1p_each(n, t, a); break;
    case VAEDP_SOFTPLUS: softplus_each(n, t, a); break;
    case VAEDP_TANH: tanh_each(n, t, a); break;
    case VAEDP_SIGMOID: sigmoid_each(n, t, a); break;
    case VAEDP_SQUARE_ROOT: square_root(n, t, a); break;
    case VAEDP_SQUARE: square(n, t, a); break;
    case VAEDP_RECIPROCAL: reciprocal(n, t, a); break;
    case VAEDP_ERF: erf_each(n, t, a); break;
    case VAEDP_LEAKY_RELU: leaky_relu(n, t, a, number); break;
    case VAEDP_HEAVISIDE: heaviside(n, t, a); break;
    case VAEDP_FLOOR: floor_of(n, t, a); break;
    case VAEDP_ADD: add(n, t, a, b); break;
    case VAEDP_SUBTRACT: subtract(n, t, a, b); break;
    case VAEDP_MULTIPLY: multiply(n, t, a, b); break;
    case VAEDP_DIVIDE: divide(n, t, a, b); break;
    case VAEDP_MAXIMUM: maximum(n, t, a, b); break;
    case VAEDP_MINIMUM: minimum(n, t, a, b); break;
    case VAEDP_ADD_NUMBER: add_number(n, t, a, number); break;
    case VAEDP_SUBTRACT_FROM_NUMBER: subtract_from_number(n, t, a, number); break;
    case VAEDP_MULTIPLY_NUMBER: multiply_number(n, t, a, number); break;
    case VAEDP_DIVIDE_NUMBER_BY: divide_number_by(n, t, a, number); break;
    case VAEDP_MAXIMUM_NUMBER: maximum_number(n, t, a, number); break;
    case VAEDP_MINIMUM_NUMBER: minimum_number(n, t, a, number); break;
    case VAEDP_MULTIPLY_ADD: multiply_add(n, t, a, b, c); break;
    case VAEDP_MASKED: masked(n, t, a, b, number); break;
  }
}
