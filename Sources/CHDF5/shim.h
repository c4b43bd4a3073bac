// Inline functions for what Swift cannot import from libhdf5: macros, and functions whose meaning
// depends on the version (H5Lget_info is a macro from 1.12 on).
#ifndef CHDF5_SHIM_H
#define CHDF5_SHIM_H

#include <hdf5.h>
#include <stdio.h>
#include <string.h>

static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_create_only(void) { return H5F_ACC_EXCL; }

static inline herr_t chdf5_use_latest_format(hid_t access) {
  return H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
}

static inline hid_t chdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t chdf5_all(void) { return H5S_ALL; }
static inline hsize_t chdf5_unlimited(void) { return H5S_UNLIMITED; }

static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t chdf5_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t chdf5_link_create(void) { return H5P_LINK_CREATE; }
static inline hid_t chdf5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_attribute_create(void) { return H5P_ATTRIBUTE_CREATE; }

static inline hid_t chdf5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t chdf5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t chdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_native_uint64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t chdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t chdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }

static inline hid_t chdf5_stored_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t chdf5_stored_int8(void) { return H5T_STD_I8LE; }
static inline hid_t chdf5_stored_uint16(void) { return H5T_STD_U16LE; }
static inline hid_t chdf5_stored_int16(void) { return H5T_STD_I16LE; }
static inline hid_t chdf5_stored_uint32(void) { return H5T_STD_U32LE; }
static inline hid_t chdf5_stored_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t chdf5_stored_int32(void) { return H5T_STD_I32LE; }
static inline hid_t chdf5_stored_int64(void) { return H5T_STD_I64LE; }
static inline hid_t chdf5_stored_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t chdf5_stored_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }

// 1 when `type` is IEEE 754 of that width in either byte order, 0 when not, negative on failure.
static inline int chdf5_is_ieee_float(hid_t type, int bits) {
  htri_t little = H5Tequal(type, bits == 32 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE);
  if (little != 0) return little;
  return H5Tequal(type, bits == 32 ? H5T_IEEE_F32BE : H5T_IEEE_F64BE);
}

// 1 when `type` is a binary16 of IEEE 754 in either byte order, which libhdf5 before 1.14.4 has no name for.
static inline int chdf5_is_ieee_half(hid_t type) {
  size_t sign, exponent, exponent_size, mantissa, mantissa_size;
  H5T_order_t order = H5Tget_order(type);
  if (H5Tget_size(type) != 2 || H5Tget_precision(type) != 16) return 0;
  if (order != H5T_ORDER_LE && order != H5T_ORDER_BE) return 0;
  if (H5Tget_fields(type, &sign, &exponent, &exponent_size, &mantissa, &mantissa_size) < 0) return -1;
  return sign == 15 && exponent == 10 && exponent_size == 5 && mantissa == 0 && mantissa_size == 10
      && H5Tget_ebias(type) == 15 && H5Tget_norm(type) == H5T_NORM_IMPLIED;
}

// Makes a copy of binary32 a binary16.
static inline herr_t chdf5_make_half(hid_t type) {
  if (H5Tset_fields(type, 15, 10, 5, 0, 10) < 0 || H5Tset_size(type, 2) < 0) return -1;
  return H5Tset_ebias(type, 15);
}

static inline int chdf5_set_variable_length(hid_t type) { return H5Tset_size(type, H5T_VARIABLE); }

// Whether the address is the library's mark for "nothing is stored".
static inline int chdf5_is_undefined(haddr_t address) { return address == HADDR_UNDEF; }

// The kinds of link that `chdf5_link_kind` tells apart.
enum { chdf5_hard = 0, chdf5_soft = 1, chdf5_external = 2, chdf5_other = 3 };

// The kind of the last link on `path`; a soft link's value takes `*value_size` bytes with its NUL.
static inline int chdf5_link_kind(hid_t location, const char *path, size_t *value_size) {
  H5L_info_t info;
  if (H5Lget_info(location, path, &info, H5P_DEFAULT) < 0) return -1;
  *value_size = info.type == H5L_TYPE_HARD ? 0 : info.u.val_size;
  switch (info.type) {
    case H5L_TYPE_HARD: return chdf5_hard;
    case H5L_TYPE_SOFT: return chdf5_soft;
    case H5L_TYPE_EXTERNAL: return chdf5_external;
    default: return chdf5_other;
  }
}

// Where an open object lies in its file.
static inline herr_t chdf5_object_address(hid_t object, uint64_t *address) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info1_t info;
  herr_t status = H5Oget_info1(object, &info);
#else
  H5O_info_t info;
  herr_t status = H5Oget_info(object, &info);
#endif
  *address = status < 0 ? 0 : (uint64_t)info.addr;
  return status;
}

// Keeps libhdf5 from printing its error stack; a setting of the calling thread.
static inline int chdf5_silence(void) { return H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

typedef struct {
  char innermost[512], outermost[256];
} chdf5_errors;

static inline herr_t chdf5_note_error(unsigned n, const H5E_error2_t *error, void *data) {
  chdf5_errors *errors = (chdf5_errors *)data;
  const char *text = error->desc ? error->desc : "";
  if (n == 0) snprintf(errors->innermost, sizeof errors->innermost, "%s", text);
  snprintf(errors->outermost, sizeof errors->outermost, "%s: %s", error->func_name, text);
  return 0;
}

// Writes "outermost error (innermost error)" of the calling thread's error stack into `text`.
static inline void chdf5_describe_error(char *text, size_t size) {
  chdf5_errors errors;
  memset(&errors, 0, sizeof errors);
  if (H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, chdf5_note_error, &errors) < 0) errors.innermost[0] = 0;
  if (errors.outermost[0] == 0) {
    if (size > 0) text[0] = 0;
    return;
  }
  snprintf(text, size, "%s (%s)", errors.outermost, errors.innermost);
}

#endif
