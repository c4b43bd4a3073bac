#include <string.h>

#include "CKernels.h"
#include "functions.h"

const char *vaedp_instruction_set(void) {
  if (!HAS_CLONES) return "baseline";
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return "avx512";
  if (__builtin_cpu_supports("x86-64-v3")) return "avx2";
  return "baseline";
}

INLINE float larger(float a, float b) { return b > a || b != b ? b : a; }

// One row, in sixteen parts that are joined pairwise at the end.
INLINE float log_sum_exp_row(const float *x, long count) {
  float part[16];
  for (int k = 0; k < 16; k++) part[k] = -__builtin_inff();
  long whole = count / 16 * 16;
  for (long n = 0; n < whole; n += 16)
    for (int k = 0; k < 16; k++) part[k] = larger(part[k], x[n + k]);
  for (long n = whole; n < count; n++) part[n - whole] = larger(part[n - whole], x[n]);
  float highest = part[0];
  for (int k = 1; k < 16; k++) highest = larger(highest, part[k]);
  float shift = magnitude(highest) <= 3.40282347e38f ? highest : 0.0f;
  for (int k = 0; k < 16; k++) part[k] = 0.0f;
  for (long n = 0; n < whole; n += 16)
    for (int k = 0; k < 16; k++) part[k] += exp_f(x[n + k] - shift);
  for (long n = whole; n < count; n++) part[n - whole] += exp_f(x[n] - shift);
  for (int width = 8; width > 0; width /= 2)
    for (int k = 0; k < width; k++) part[k] += part[k + width];
  return shift + log_f(part[0]);
}

WIDE void vaedp_log_sum_exp(const float *x, float *result, long outer, long count, long inner) {
  for (long o = 0; o < outer && inner == 1; o++)
    result[o] = log_sum_exp_row(x + o * count, count);
  for (long o = 0; o < outer && inner != 1; o++) {
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

// Output columns x ≡ phase (mod stride) of one image row, from kernel row i of output row y: each tap
// adds a run of neighbouring output pixels to a run of them.
INLINE void add_taps(const float *taps, float *run, vaedp_windows s, long phase, long y) {
  long pixels = s.out_height * s.out_width;
  long count = (s.width - phase + s.stride_w - 1) / s.stride_w;
  for (long j = (phase + s.padding_w) % s.stride_w; j < s.kernel_w; j += s.stride_w) {
    // Image column phase + m · stride meets output column m + shift.
    long shift = (phase + s.padding_w - j) / s.stride_w;
    long first = shift < 0 ? -shift : 0;
    long last = s.out_width - shift < count ? s.out_width - shift : count;
    const float *source = taps + j * pixels + y * s.out_width + shift;
    EACH for (long m = first; m < last; m++) run[m] += source[m];
  }
}

WIDE void vaedp_col2im_image(const float *columns, float *image, float *run, vaedp_windows s) {
  long pixels = s.out_height * s.out_width;
  for (long row = 0; row < s.height; row++)
    for (long channel = 0; channel < s.channels; channel++)
      for (long phase = 0; phase < s.stride_w && phase < s.width; phase++) {
        long count = (s.width - phase + s.stride_w - 1) / s.stride_w;
        memset(run, 0, (size_t)count * sizeof(float));
        for (long i = (row + s.padding_h) % s.stride_h; i < s.kernel_h; i += s.stride_h) {
          // Division of a possibly negative number, which is a multiple of the stride.
          long y = (row + s.padding_h - i) / s.stride_h;
          if (row + s.padding_h < i || y >= s.out_height) continue;
          const float *taps = columns + (channel * s.kernel_h + i) * s.kernel_w * pixels;
          add_taps(taps, run, s, phase, y);
        }
        float *target = image + (row * s.width + phase) * s.channels + channel;
        for (long m = 0; m < count; m++) target[m * s.stride_w * s.channels] = run[m];
      }
}

void vaedp_read_ahead(const float *x, long count) {
  for (long i = 0; i < count; i += 16) (void)*(const volatile float *)(x + i);
}

WIDE void vaedp_widen_bytes(const uint8_t *bytes, float *target, long count, float scale) {
  EACH for (long i = 0; i < count; i++) target[i] = (float)bytes[i] * scale;
}
