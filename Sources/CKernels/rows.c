#include <string.h>

#include "CKernels.h"
#include "wide.h"

// The row that an index names; −1 for none.
INLINE long row_of(float index, long rows) {
  if (!(index >= 0.0f && index < (float)rows)) return -1;
  long row = (long)index;
  return (float)row == index ? row : -1;
}

void vaedp_gather_rows(const float *x, const float *index, float *y, long rows, long count,
                       long width) {
  for (long n = 0; n < count; n++)
    for (long j = 0; j < width; j++) {
      long row = row_of(index[n * width + j], rows);
      y[n * width + j] = row < 0 ? __builtin_nanf("") : x[row * width + j];
    }
}

void vaedp_scatter_rows(const float *y, const float *index, float *x, long rows, long count,
                        long width) {
  memset(x, 0, (size_t)(rows * width) * sizeof(float));
  for (long n = 0; n < count; n++)
    for (long j = 0; j < width; j++) {
      long row = row_of(index[n * width + j], rows);
      if (row < 0)
        x[j] = __builtin_nanf("");
      else
        x[row * width + j] += y[n * width + j];
    }
}
