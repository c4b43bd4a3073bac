// Inline functions for what Swift cannot import from zlib: macros.
#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H

#include <limits.h>
#include <string.h>
#include <zlib.h>

// Inflates a zlib stream that gives exactly `target_size` bytes; 0 where it is damaged or gives
// another number of them. Of a stream whose own bytes are verified already, the checksum over what
// comes out is left out: on data that compress well it takes longer than inflating.
static inline int czlib_inflate(
    const unsigned char *source, size_t source_size, int is_verified, unsigned char *target,
    size_t target_size) {
  if (source_size < 2 || source_size > UINT_MAX || target_size > UINT_MAX) return 0;
  int has_dictionary = source[1] & 0x20;
  if ((source[0] & 15) != Z_DEFLATED || (source[0] << 8 | source[1]) % 31 != 0 || has_dictionary)
    return 0;
  size_t skipped = is_verified ? 2 : 0;
  z_stream stream;
  memset(&stream, 0, sizeof stream);
  if (inflateInit2(&stream, is_verified ? -15 : 15) != Z_OK) return 0;
  stream.next_in = (unsigned char *)source + skipped;
  stream.avail_in = (unsigned)(source_size - skipped);
  stream.next_out = target;
  stream.avail_out = (unsigned)target_size;
  int status = inflate(&stream, Z_FINISH);
  size_t left = stream.avail_out;
  inflateEnd(&stream);
  return status == Z_STREAM_END && left == 0;
}

#endif
