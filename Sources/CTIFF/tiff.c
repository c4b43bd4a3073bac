// libtiff's face is variadic and made of callbacks, which Swift cannot import: a file in memory is decoded here.
#include "CTIFF.h"

#include <stdio.h>
#include <string.h>
#include <tiffio.h>

typedef struct {
  const uint8_t *bytes;
  uint64_t count, place;
} memory;

static tmsize_t read_bytes(thandle_t handle, void *target, tmsize_t size) {
  memory *file = handle;
  if (size < 0 || file->place >= file->count) return 0;
  uint64_t left = file->count - file->place;
  uint64_t wanted = (uint64_t)size < left ? (uint64_t)size : left;
  memcpy(target, file->bytes + file->place, wanted);
  file->place += wanted;
  return (tmsize_t)wanted;
}

static tmsize_t write_bytes(thandle_t handle, void *source, tmsize_t size) {
  (void)handle, (void)source, (void)size;
  return -1;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  memory *file = handle;
  if (whence == SEEK_CUR) offset += file->place;
  if (whence == SEEK_END) offset += file->count;
  return file->place = offset;
}

static int close_file(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t size_of(thandle_t handle) { return ((memory *)handle)->count; }

// The latest error of this thread; libtiff has one handler for all.
static _Thread_local char latest[256];

static void keep(const char *module, const char *format, va_list arguments) {
  (void)module;
  vsnprintf(latest, sizeof latest, format, arguments);
}

__attribute__((constructor)) static void set_handlers(void) {
  TIFFSetErrorHandler(keep);
  TIFFSetWarningHandler(NULL);
}

static int fail(TIFF *tiff, char message[256], const char *text) {
  snprintf(message, 256, "%s", *latest ? latest : text);
  if (tiff) TIFFClose(tiff);
  return 0;
}

// The most bytes that a strip or tile may take; headers may claim any.
enum { largest_block = 1 << 29 };

static TIFF *open_file(memory *file, char message[256]) {
  *latest = 0;
  // Read only, without mapping, and strips are left as they are stored until they are needed.
  TIFF *tiff = TIFFClientOpen("picture", "rm", file, read_bytes, write_bytes, seek, close_file,
                              size_of, NULL, NULL);
  if (!tiff) {
    fail(NULL, message, "no TIFF directory");
    return NULL;
  }
  tmsize_t block = TIFFIsTiled(tiff) ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
  char reason[1024] = "";
  if (block <= 0 || block > largest_block || !TIFFRGBAImageOK(tiff, reason)) {
    fail(tiff, message, *reason ? reason : "strips or tiles of more than 512 MiB");
    return NULL;
  }
  return tiff;
}

int ctiff_header(const uint8_t *bytes, uint64_t count, ctiff_picture *picture, char message[256]) {
  memory file = {bytes, count, 0};
  TIFF *tiff = open_file(&file, message);
  if (!tiff) return 0;
  uint16_t photometric = 0, orientation = 1;
  uint32_t width = 0, height = 0;
  if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width) ||
      !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height))
    return fail(tiff, message, "no extents");
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &photometric);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
  *picture = (ctiff_picture){
      width, height, orientation,
      photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE};
  TIFFClose(tiff);
  return 1;
}

int ctiff_decode(const uint8_t *bytes, uint64_t count, uint32_t *pixels, char message[256]) {
  memory file = {bytes, count, 0};
  TIFF *tiff = open_file(&file, message);
  if (!tiff) return 0;
  uint32_t width = 0, height = 0;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  // As stored: who calls turns the picture, in all eight ways.
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  int stop_at_damage = 1;
  if (!TIFFReadRGBAImageOriented(tiff, width, height, pixels, ORIENTATION_TOPLEFT, stop_at_damage))
    return fail(tiff, message, "damaged pixels");
  TIFFClose(tiff);
  return 1;
}
