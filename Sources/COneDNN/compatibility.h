// One vocabulary for oneDNN 2.6 and 3.x: the only file that knows that they differ. A `layout` is
// oneDNN's memory descriptor (extents, type, order in memory), always a pointer with one owner.
#ifndef VAEDP_COMPATIBILITY_H
#define VAEDP_COMPATIBILITY_H

#include <dnnl.h>
#include <stdlib.h>

// Strides, and padding on each side, of height and width.
typedef struct {
  const dnnl_dim_t *strides, *padding;
} convolution_geometry;

#if DNNL_VERSION_MAJOR >= 3

typedef dnnl_memory_desc_t layout;
typedef const_dnnl_memory_desc_t const_layout;

static dnnl_status_t layout_with_strides(layout *result, int rank, const dnnl_dims_t extents,
                                         dnnl_data_type_t type, const dnnl_dims_t strides) {
  return dnnl_memory_desc_create_with_strides(result, rank, extents, type, strides);
}

static dnnl_status_t layout_with_tag(layout *result, int rank, const dnnl_dims_t extents,
                                     dnnl_data_type_t type, dnnl_format_tag_t tag) {
  return dnnl_memory_desc_create_with_tag(result, rank, extents, type, tag);
}

static void layout_free(layout layout) {
  if (layout) dnnl_memory_desc_destroy(layout);
}

static dnnl_status_t append_relu(dnnl_post_ops_t ops, float slope) {
  return dnnl_post_ops_append_eltwise(ops, dnnl_eltwise_relu, slope, 0);
}

static dnnl_status_t matmul_desc(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                 const_layout a, const_layout b, const_layout bias, const_layout y,
                                 dnnl_primitive_attr_t attr) {
  return dnnl_matmul_primitive_desc_create(result, engine, a, b, bias, y, attr);
}

static dnnl_status_t convolution_desc(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                      const_layout x, const_layout w, const_layout bias,
                                      const_layout y, convolution_geometry g,
                                      dnnl_primitive_attr_t attr) {
  return dnnl_convolution_forward_primitive_desc_create(
      result, engine, dnnl_forward_training, dnnl_convolution_direct, x, w, bias, y, g.strides,
      (dnnl_dims_t){0}, g.padding, g.padding, attr);
}

static dnnl_status_t input_gradient_desc(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                         const_layout x, const_layout w, const_layout y,
                                         convolution_geometry g, dnnl_primitive_desc_t forward,
                                         dnnl_primitive_attr_t attr) {
  return dnnl_convolution_backward_data_primitive_desc_create(
      result, engine, dnnl_convolution_direct, x, w, y, g.strides, (dnnl_dims_t){0}, g.padding,
      g.padding, forward, attr);
}

static dnnl_status_t weight_gradient_desc(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                          const_layout x, const_layout w, const_layout y,
                                          convolution_geometry g, dnnl_primitive_desc_t forward,
                                          dnnl_primitive_attr_t attr) {
  return dnnl_convolution_backward_weights_primitive_desc_create(
      result, engine, dnnl_convolution_direct, x, w, NULL, y, g.strides, (dnnl_dims_t){0},
      g.padding, g.padding, forward, attr);
}

#else

// Version 2 has descriptors that the caller allocates.
typedef dnnl_memory_desc_t *layout;
typedef const dnnl_memory_desc_t *const_layout;

static void layout_free(layout layout) { free(layout); }

static dnnl_status_t layout_with_strides(layout *result, int rank, const dnnl_dims_t extents,
                                         dnnl_data_type_t type, const dnnl_dims_t strides) {
  *result = calloc(1, sizeof(dnnl_memory_desc_t));
  if (!*result) return dnnl_out_of_memory;
  return dnnl_memory_desc_init_by_strides(*result, rank, extents, type, strides);
}

static dnnl_status_t layout_with_tag(layout *result, int rank, const dnnl_dims_t extents,
                                     dnnl_data_type_t type, dnnl_format_tag_t tag) {
  *result = calloc(1, sizeof(dnnl_memory_desc_t));
  if (!*result) return dnnl_out_of_memory;
  return dnnl_memory_desc_init_by_tag(*result, rank, extents, type, tag);
}

static dnnl_status_t append_relu(dnnl_post_ops_t ops, float slope) {
  return dnnl_post_ops_append_eltwise(ops, 1, dnnl_eltwise_relu, slope, 0);
}

static dnnl_status_t matmul_desc(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                 const_layout a, const_layout b, const_layout bias, const_layout y,
                                 dnnl_primitive_attr_t attr) {
  dnnl_matmul_desc_t op;
  dnnl_status_t status = dnnl_matmul_desc_init(&op, a, b, bias, y);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &op, attr, engine, NULL);
}

static dnnl_status_t convolution_desc(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                      const_layout x, const_layout w, const_layout bias,
                                      const_layout y, convolution_geometry g,
                                      dnnl_primitive_attr_t attr) {
  dnnl_convolution_desc_t op;
  dnnl_status_t status =
      dnnl_convolution_forward_desc_init(&op, dnnl_forward_training, dnnl_convolution_direct, x, w,
                                         bias, y, g.strides, g.padding, g.padding);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &op, attr, engine, NULL);
}

static dnnl_status_t input_gradient_desc(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                         const_layout x, const_layout w, const_layout y,
                                         convolution_geometry g, dnnl_primitive_desc_t forward,
                                         dnnl_primitive_attr_t attr) {
  dnnl_convolution_desc_t op;
  dnnl_status_t status = dnnl_convolution_backward_data_desc_init(
      &op, dnnl_convolution_direct, x, w, y, g.strides, g.padding, g.padding);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &op, attr, engine, forward);
}

static dnnl_status_t weight_gradient_desc(dnnl_primitive_desc_t *result, dnnl_engine_t engine,
                                          const_layout x, const_layout w, const_layout y,
                                          convolution_geometry g, dnnl_primitive_desc_t forward,
                                          dnnl_primitive_attr_t attr) {
  dnnl_convolution_desc_t op;
  dnnl_status_t status = dnnl_convolution_backward_weights_desc_init(
      &op, dnnl_convolution_direct, x, w, NULL, y, g.strides, g.padding, g.padding);
  if (status != dnnl_success) return status;
  return dnnl_primitive_desc_create(result, &op, attr, engine, forward);
}

#endif

#endif
