// Elementary functions of one float, written so that loops over them vectorise: no branches, no
// tables. Coefficients are minimax fits (iteratively reweighted least squares in 40 digits) on the
// ranges that the comments name; the results are within 2 ulp of the exact value, those of log1p,
// softplus, sigmoid and erf within 3.
#ifndef VAEDP_FUNCTIONS_H
#define VAEDP_FUNCTIONS_H

#include <stdint.h>
#include <string.h>

#include "wide.h"

INLINE float from_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, 4);
  return x;
}
INLINE uint32_t to_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, 4);
  return bits;
}
INLINE float magnitude(float x) { return from_bits(to_bits(x) & 0x7fffffffu); }
INLINE float with_sign(float x, float sign) {
  return from_bits(to_bits(x) | (to_bits(sign) & 0x80000000u));
}

// e^x = 2^n · e^r with |r| ≤ ½ log 2. Below −104 it is 0, above 88.73 infinite.
INLINE float exp_f(float x) {
  const float shift = 12582912.0f;  // 1.5 · 2²³: adding it rounds to an integer
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  float t = x * 1.442695041f + shift;
  float n = t - shift;
  float r = x - n * 0.693145751953125f;
  r = r - n * 1.428606765e-06f;
  float p = 1.395033211e-03f;
  p = p * r + 8.368820435e-03f;
  p = p * r + 4.166620895e-02f;
  p = p * r + 1.666651958e-01f;
  p = p * r + 5.000000094e-01f;
  p = p * (r * r) + r + 1.0f;
  // Two factors, so that results near the ends of the range come out right.
  int32_t exponent = (int32_t)(to_bits(t) - to_bits(shift));
  int32_t half = exponent >> 1;
  float a = from_bits((uint32_t)(half + 127) << 23);
  float b = from_bits((uint32_t)(exponent - half + 127) << 23);
  return p * a * b;
}

// log x = e · log 2 + log(1 + f) with 1 + f in [√½, √2).
INLINE float log_f(float x) {
  float tiny = x < 1.17549435e-38f ? 8388608.0f : 1.0f;
  float scaled = x * tiny;
  uint32_t bits = to_bits(scaled) - 0x3f3504f3u;  // √½
  int32_t exponent = (int32_t)bits >> 23;
  float m = from_bits((bits & 0x007fffffu) + 0x3f3504f3u);
  float e = (float)exponent - (x < 1.17549435e-38f ? 23.0f : 0.0f);
  float f = m - 1.0f;
  float p = 6.916091056e-02f;
  p = p * f - 1.177912172e-01f;
  p = p * f + 1.186653243e-01f;
  p = p * f - 1.238591174e-01f;
  p = p * f + 1.421987093e-01f;
  p = p * f - 1.666919024e-01f;
  p = p * f + 2.000215333e-01f;
  p = p * f - 2.499998701e-01f;
  p = p * f + 3.333331181e-01f;
  float square = f * f;
  float result = p * (square * f) + e * 1.428606765e-06f;
  result = result - 0.5f * square;
  result = result + f;
  result = result + e * 0.693145751953125f;
  result = x == 0.0f ? -__builtin_inff() : result;
  result = x < 0.0f ? __builtin_nanf("") : result;
  return x > 3.40282347e38f || x != x ? x : result;
}

// Kahan: the rounding of 1 + x is divided out again.
INLINE float log1p_f(float x) {
  float u = 1.0f + x;
  float difference = u - 1.0f;
  float exact = difference == 0.0f || u > 3.40282347e38f;
  float corrected = log_f(u) * (x / (exact ? 1.0f : difference));
  return u > 3.40282347e38f ? u : difference == 0.0f ? x : u == 0.0f ? -__builtin_inff() : corrected;
}

// log(1 + e) with e = e^−|x| in [0, 1], as 2 artanh s with s = e / (2 + e): cheaper than log1p, since
// nothing has to be scaled.
INLINE float softplus_f(float x) {
  float e = exp_f(-magnitude(x));
  float s = e / (2.0f + e), t = s * s;
  float p = 1.400599401e-01f;
  p = p * t + 1.400090249e-01f;
  p = p * t + 2.001076363e-01f;
  p = p * t + 3.333320814e-01f;
  float rest = e - s * (e - 2.0f * (t * p));
  return (x > 0.0f || x != x ? x : 0.0f) + rest;
}

INLINE float sigmoid_f(float x) {
  float e = exp_f(-magnitude(x));
  float s = 1.0f / (1.0f + e);
  return x >= 0.0f ? s : e * s;
}

// An odd polynomial up to 0.63, from there by e^2x.
INLINE float tanh_f(float x) {
  float a = magnitude(x), s = x * x;
  float p = -6.062237068e-03f;
  p = p * s + 2.097501873e-02f;
  p = p * s - 5.384669692e-02f;
  p = p * s + 1.333274645e-01f;
  p = p * s - 3.333332878e-01f;
  float small = p * s * a + a;
  float large = 1.0f - 2.0f / (exp_f(2.0f * a) + 1.0f);
  return with_sign(a < 0.63f ? small : large, x);
}

// An odd polynomial up to 0.93, from there 1 − e^−q with q = −log erfc.
INLINE float erf_f(float x) {
  float a = magnitude(x), s = x * x;
  float p = -5.964579154e-04f;
  p = p * s + 4.988583862e-03f;
  p = p * s - 2.676395620e-02f;
  p = p * s + 1.128175932e-01f;
  p = p * s - 3.761249030e-01f;
  float small = p * s * a + 1.128379149e+00f * a;
  float t = a > 4.0f ? 4.0f : a;
  float q = 2.109505143e-05f;
  q = q * t - 4.344626296e-04f;
  q = q * t + 4.171063090e-03f;
  q = q * t - 2.511942754e-02f;
  q = q * t + 1.082800896e-01f;
  q = q * t + 6.333469062e-01f;
  q = q * t + 1.129514931e+00f;
  q = q * t - 1.746844478e-04f;
  float large = 1.0f - exp_f(-q);
  return x != x ? x : with_sign(a < 0.93f ? small : large, x);
}

#endif
