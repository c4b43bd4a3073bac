#include <string.h>

#include "CKernels.h"
#include "wide.h"

// Pixel (i, j) of the window under output pixel (y, x) of an image; NULL outside.
INLINE float *seen(float *image, vaedp_windows s, long y, long x, long i, long j) {
  long row = y * s.stride_h + i - s.padding_h, column = x * s.stride_w + j - s.padding_w;
  bool inside = row >= 0 && row < s.height && column >= 0 && column < s.width;
  return inside ? image + (row * s.width + column) * s.channels : NULL;
}

// One image. A window is short enough to stay in the first cache while its taps are written or read one
// after another, `taps` floats apart.
INLINE void windows_of(float *image, float *rows, vaedp_windows s, bool adds_to_image) {
  long taps = s.kernel_h * s.kernel_w;
  for (long y = 0; y < s.out_height; y++)
    for (long x = 0; x < s.out_width; x++) {
      for (long tap = 0; tap < taps; tap++) {
        float *pixel = seen(image, s, y, x, tap / s.kernel_w, tap % s.kernel_w);
        float *value = rows + tap;
        if (!pixel && !adds_to_image)
          for (long c = 0; c < s.channels; c++) value[c * taps] = 0.0f;
        else if (pixel && adds_to_image)
          for (long c = 0; c < s.channels; c++) pixel[c] += value[c * taps];
        else if (pixel)
          for (long c = 0; c < s.channels; c++) value[c * taps] = pixel[c];
      }
      rows += taps * s.channels;
    }
}

void vaedp_im2col(const float *images, float *rows, long count, vaedp_windows s) {
  long image = s.height * s.width * s.channels;
  long row = s.out_height * s.out_width * s.channels * s.kernel_h * s.kernel_w;
  for (long n = 0; n < count; n++)
    windows_of((float *)images + n * image, rows + n * row, s, false);
}

void vaedp_col2im(const float *rows, float *images, long count, vaedp_windows s) {
  long image = s.height * s.width * s.channels;
  long row = s.out_height * s.out_width * s.channels * s.kernel_h * s.kernel_w;
  memset(images, 0, (size_t)(count * image) * sizeof(float));
  for (long n = 0; n < count; n++)
    windows_of(images + n * image, (float *)rows + n * row, s, true);
}
