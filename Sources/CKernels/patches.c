#include <string.h>

#include "CKernels.h"
#include "wide.h"

// Pixel (i, j) of the window under output pixel (y, x) of an image; NULL outside.
INLINE float *seen(float *image, vaedp_overlap s, long y, long x, long i, long j) {
  long row = y * s.stride_h + i - s.padding_h, column = x * s.stride_w + j - s.padding_w;
  bool inside = row >= 0 && row < s.height && column >= 0 && column < s.width;
  return inside ? image + (row * s.width + column) * s.channels : NULL;
}

// One image. A patch is short enough to stay in the first cache while its taps are written or read one
// after another, `taps` floats apart.
INLINE void patches_of(float *image, float *patches, vaedp_overlap s, bool adds_to_image) {
  long taps = s.kernel_h * s.kernel_w;
  for (long y = 0; y < s.out_height; y++)
    for (long x = 0; x < s.out_width; x++) {
      for (long tap = 0; tap < taps; tap++) {
        float *pixel = seen(image, s, y, x, tap / s.kernel_w, tap % s.kernel_w);
        float *patch = patches + tap;
        if (!pixel && !adds_to_image)
          for (long c = 0; c < s.channels; c++) patch[c * taps] = 0.0f;
        else if (pixel && adds_to_image)
          for (long c = 0; c < s.channels; c++) pixel[c] += patch[c * taps];
        else if (pixel)
          for (long c = 0; c < s.channels; c++) patch[c * taps] = pixel[c];
      }
      patches += taps * s.channels;
    }
}

void vaedp_images_to_patches(const float *images, float *patches, long count, vaedp_overlap s) {
  long image = s.height * s.width * s.channels;
  long row = s.out_height * s.out_width * s.channels * s.kernel_h * s.kernel_w;
  for (long n = 0; n < count; n++)
    patches_of((float *)images + n * image, patches + n * row, s, false);
}

void vaedp_patches_to_images(const float *patches, float *images, long count, vaedp_overlap s) {
  long image = s.height * s.width * s.channels;
  long row = s.out_height * s.out_width * s.channels * s.kernel_h * s.kernel_w;
  memset(images, 0, (size_t)(count * image) * sizeof(float));
  for (long n = 0; n < count; n++)
    patches_of(images + n * image, (float *)patches + n * row, s, true);
}
