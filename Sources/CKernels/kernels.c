#include <string.h>

#include "CKernels.h"
#include "functions.h"

const char *vaedp_instruction_set(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return "avx512";
  if (__builtin_cpu_supports("x86-64-v3")) return "avx2";
  return "baseline";
}

WIDE void vaedp_log_sum_exp(const float *x, float *result, long outer, long count, long inner) {
  for (long o = 0; o < outer; o++) {
    const float *block = x + o * count * inner;
    for (long i = 0; i < inner; i++) {
      float highest = -__builtin_inff();
      for (long n = 0; n < count; n++) {
        float value = block[n * inner + i];
        highest = value > highest || value != value ? value : highest;
      }
      float shift = magnitude(highest) <= 3.40282347e38f ? highest : 0.0f;
      float total = 0.0f;
      for (long n = 0; n < count; n++) total += exp_f(block[n * inner + i] - shift);
      result[o * inner + i] = shift + log_f(total);
    }
  }
}

WIDE void vaedp_columns_to_image(const float *columns, float *image, vaedp_overlap s) {
  memset(image, 0, (size_t)(s.height * s.width * s.channels) * sizeof(float));
  long kernel = s.kernel_h * s.kernel_w, row = s.channels * kernel;
  for (long y = 0; y < s.out_height; y++)
    for (long x = 0; x < s.out_width; x++) {
      const float *column = columns + (y * s.out_width + x) * row;
      long top = y * s.stride_h - s.padding_h, left = x * s.stride_w - s.padding_w;
      long first = left < 0 ? -left : 0;
      long last = s.width - left < s.kernel_w ? s.width - left : s.kernel_w;
      for (long c = 0; c < s.channels; c++)
        for (long i = 0; i < s.kernel_h; i++) {
          if (top + i < 0 || top + i >= s.height) continue;
          float *target = image + ((top + i) * s.width + left) * s.channels + c;
          const float *source = column + c * kernel + i * s.kernel_w;
          for (long j = first; j < last; j++) target[j * s.channels] += source[j];
        }
    }
}

WIDE void vaedp_widen_bytes(const uint8_t *bytes, float *target, long count, float scale) {
  EACH for (long i = 0; i < count; i++) target[i] = (float)bytes[i] * scale;
}
