#ifndef CTIFF_H
#define CTIFF_H

#include <stdint.h>

/// What `ctiff_header` finds in a file.
typedef struct {
  uint32_t width;
  uint32_t height;
  /// 1...8 as in EXIF.
  uint16_t orientation;
  /// Whether red, green and blue are equal everywhere.
  int is_grey;
} ctiff_picture;

/// Looks at the first picture of a TIFF file in memory.
///
/// Returns 0, and what is wrong in `message`, where it cannot be decoded.
int ctiff_header(const uint8_t *bytes, uint64_t count, ctiff_picture *picture, char message[256]);

/// Decodes the first picture as red, green, blue, alpha in 8 bits each, in the order in which it is stored; colours are
/// multiplied by alpha already.
///
/// `pixels` has room for `width * height`, as `ctiff_header` tells them. Returns 0, and what is wrong in `message`, where it
/// cannot be decoded.
int ctiff_decode(const uint8_t *bytes, uint64_t count, uint32_t *pixels, char message[256]);

#endif
