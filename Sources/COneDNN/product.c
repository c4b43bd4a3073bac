#include "COneDNN.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#include "compatibility.h"

// One array of a product. Where the kernel wants another layout or type than the caller's, a reorder
// goes between the two, and the inside array lies in scratch memory.
typedef struct {
  int name;
  dnnl_memory_t inside;
  dnnl_primitive_t change;  // NULL: the kernel takes the caller's array as it is
  dnnl_memory_t outside;
  size_t offset;  // of the inside array in scratch, where there is a change
} array;

struct vaedp_product {
  dnnl_primitive_t primitive;
  dnnl_stream_t stream;
  array a, b, result;
  dnnl_memory_t bias, scratchpad;
  size_t scratch_offset, scratch_bytes;
  const char *implementation;
};

static _Thread_local char refusal[256];

const char *vaedp_last_refusal(void) { return refusal; }

const char *vaedp_onednn_version(void) {
  static char text[32];
  const dnnl_version_t *v = dnnl_version();
  snprintf(text, sizeof text, "%d.%d.%d", v->major, v->minor, v->patch);
  return text;
}

// Debian's oneDNN runs on OpenMP, whose team size is a setting of each thread. The symbol is looked
// up because a oneDNN built with another runtime does not bring it.
static void use_one_thread(void) {
  static _Thread_local bool done;
  if (done) return;
  void (*set_threads)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  if (set_threads) set_threads(1);
  done = true;
}

static dnnl_engine_t engine;
static void create_engine(void) {
  if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = NULL;
}
static dnnl_engine_t shared_engine(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, create_engine);
  return engine;
}

static bool ok(dnnl_status_t status, const char *what) {
  if (status == dnnl_success) return true;
  snprintf(refusal, sizeof refusal, "oneDNN %s: %s failed with status %d", vaedp_onednn_version(),
           what, (int)status);
  return false;
}

static dnnl_primitive_attr_t attributes(vaedp_epilogue epilogue) {
  dnnl_primitive_attr_t attr = NULL;
  dnnl_post_ops_t ops = NULL;
  if (!ok(dnnl_primitive_attr_create(&attr), "primitive_attr_create")) return NULL;
  dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
  // Said, because an environment variable could say otherwise.
  dnnl_primitive_attr_set_fpmath_mode(attr, dnnl_fpmath_mode_strict);
  if (epilogue.activation == VAEDP_RELU) {
    dnnl_post_ops_create(&ops);
    append_relu(ops, epilogue.slope);
    dnnl_primitive_attr_set_post_ops(attr, ops);
    dnnl_post_ops_destroy(ops);
  }
  return attr;
}

// A memory object without memory of its own: every run gives it its address.
static bool memory(dnnl_memory_t *result, const_layout layout) {
  return ok(dnnl_memory_create(result, layout, shared_engine(), DNNL_MEMORY_NONE), "memory_create");
}

static size_t reserve(vaedp_product *p, const_layout layout) {
  size_t offset = p->scratch_bytes;
  p->scratch_bytes += (dnnl_memory_desc_get_size(layout) + 63) & ~(size_t)63;
  return offset;
}

// Joins the caller's array, laid out as `outside`, with what the kernel takes for `name`.
static bool join(vaedp_product *p, array *array, int name, dnnl_primitive_desc_t desc,
                 const_layout outside, bool is_result) {
  const_layout inside = dnnl_primitive_desc_query_md(desc, dnnl_query_exec_arg_md, name);
  array->name = name;
  if (!memory(&array->inside, inside)) return false;
  if (dnnl_memory_desc_equal(inside, outside)) return true;
  const_layout from = is_result ? inside : outside, to = is_result ? outside : inside;
  dnnl_primitive_desc_t change = NULL;
  dnnl_primitive_attr_t attr = attributes((vaedp_epilogue){0});
  bool fine = attr &&
              ok(dnnl_reorder_primitive_desc_create(&change, from, shared_engine(), to,
                                                    shared_engine(), attr),
                 "reorder") &&
              ok(dnnl_primitive_create(&array->change, change), "primitive_create of a reorder") &&
              memory(&array->outside, outside);
  array->offset = reserve(p, inside);
  if (change) dnnl_primitive_desc_destroy(change);
  if (attr) dnnl_primitive_attr_destroy(attr);
  return fine;
}

// The caller's arrays of a product, and which of its kernel's each one is.
typedef struct {
  const_layout a, b, result, bias;
  int a_name, b_name, result_name;
} outside;

// Takes over `desc`. NULL where oneDNN refuses.
static vaedp_product *product(dnnl_primitive_desc_t desc, outside o) {
  vaedp_product *p = desc ? calloc(1, sizeof *p) : NULL;
  if (!p) return NULL;
  bool fine = ok(dnnl_primitive_create(&p->primitive, desc), "primitive_create") &&
              ok(dnnl_stream_create(&p->stream, shared_engine(), dnnl_stream_default_flags),
                 "stream_create") &&
              join(p, &p->a, o.a_name, desc, o.a, false) &&
              join(p, &p->b, o.b_name, desc, o.b, false) &&
              join(p, &p->result, o.result_name, desc, o.result, true) &&
              (!o.bias || memory(&p->bias, o.bias));
  const_layout pad = dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
  fine = fine && memory(&p->scratchpad, pad);
  p->scratch_offset = reserve(p, pad);
  p->implementation = "";
  dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &p->implementation);  // A constant.
  dnnl_primitive_desc_destroy(desc);
  if (fine) return p;
  vaedp_product_free(p);
  return NULL;
}

static bool is_ready(void) {
  use_one_thread();
  refusal[0] = 0;
  return shared_engine() != NULL;
}

static dnnl_data_type_t type_of(vaedp_precision precision) {
  return precision == VAEDP_BFLOAT16 ? dnnl_bf16 : dnnl_f32;
}

static void free_layouts(layout *layouts, size_t bytes) {
  for (size_t i = 0; i < bytes / sizeof(layout); i++) layout_free(layouts[i]);
}

// ---- Matrix products -------------------------------------------------------------------------

typedef struct {
  layout a, b, result, bias;  // the caller's
  layout inside_a, inside_b;  // the kernel's
} matmul_layouts;

static bool matrix(layout *result, long rows, long columns, bool transposed, long stride,
                   dnnl_data_type_t type) {
  dnnl_dims_t extents = {rows, columns};
  if (!stride) stride = transposed ? rows : columns;
  dnnl_dims_t strides = {transposed ? 1 : stride, transposed ? stride : 1};
  return ok(layout_with_strides(result, 2, extents, type, strides), "memory_desc");
}

static vaedp_product *create_matmul(vaedp_matmul s, vaedp_epilogue epilogue,
                                    vaedp_precision precision) {
  if (!is_ready()) return NULL;
  matmul_layouts l = {0};
  dnnl_primitive_desc_t desc = NULL;
  dnnl_primitive_attr_t attr = attributes(epilogue);
  dnnl_data_type_t operand = type_of(precision);
  // Rounded in the order they have: the kernel itself blocks them faster than a reorder would.
  bool fine = attr && matrix(&l.a, s.rows, s.inner, s.transpose_left, s.left_stride, dnnl_f32) &&
              matrix(&l.b, s.inner, s.columns, s.transpose_right, s.right_stride, dnnl_f32) &&
              matrix(&l.inside_a, s.rows, s.inner, s.transpose_left, s.left_stride, operand) &&
              matrix(&l.inside_b, s.inner, s.columns, s.transpose_right, s.right_stride, operand) &&
              matrix(&l.result, s.rows, s.columns, false, 0, dnnl_f32) &&
              (!epilogue.bias || matrix(&l.bias, 1, s.columns, false, 0, dnnl_f32));
  if (fine)
    ok(matmul_desc(&desc, shared_engine(), l.inside_a, l.inside_b, l.bias, l.result, attr),
       "matmul");
  if (attr) dnnl_primitive_attr_destroy(attr);
  vaedp_product *p =
      product(desc, (outside){l.a, l.b, l.result, l.bias, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS,
                              DNNL_ARG_DST});
  free_layouts((layout *)&l, sizeof l);
  return p;
}

// ---- Convolutions ----------------------------------------------------------------------------

typedef struct {
  layout x, w, y, bias;                 // the caller's
  layout inside_x, inside_w, inside_y;  // the kernel's
  layout hint_x, hint_w, hint_y;        // of the forward kernel that a gradient belongs to
} convolution_layouts;

static bool image(layout *result, const dnnl_dims_t extents, dnnl_data_type_t type) {
  return ok(layout_with_tag(result, 4, extents, type, dnnl_nhwc), "memory_desc");
}

static bool kernels(layout *result, const dnnl_dims_t extents, dnnl_data_type_t type,
                    dnnl_format_tag_t tag) {
  return ok(layout_with_tag(result, 4, extents, type, tag), "memory_desc");
}

static bool describe(convolution_layouts *l, vaedp_convolution_kind kind, vaedp_convolution s,
                     dnnl_data_type_t operand) {
  dnnl_dims_t x = {s.count, s.in, s.height, s.width};
  dnnl_dims_t y = {s.count, s.out, s.out_height, s.out_width};
  dnnl_dims_t w = {s.out, s.in, s.kernel_h, s.kernel_w};
  dnnl_dims_t bias = {s.out};
  dnnl_data_type_t x_type = kind == VAEDP_CONVOLUTION_INPUT_GRADIENT ? dnnl_f32 : operand;
  dnnl_data_type_t w_type = kind == VAEDP_CONVOLUTION_WEIGHT_GRADIENT ? dnnl_f32 : operand;
  dnnl_data_type_t y_type = kind == VAEDP_CONVOLUTION ? dnnl_f32 : operand;
  return image(&l->x, x, dnnl_f32) && image(&l->y, y, dnnl_f32) &&
         kernels(&l->w, w, dnnl_f32, dnnl_oihw) && image(&l->inside_x, x, x_type) &&
         image(&l->inside_y, y, y_type) && kernels(&l->inside_w, w, w_type, dnnl_format_tag_any) &&
         image(&l->hint_x, x, operand) && image(&l->hint_y, y, dnnl_f32) &&
         kernels(&l->hint_w, w, operand, dnnl_format_tag_any) &&
         ok(layout_with_tag(&l->bias, 1, bias, dnnl_f32, dnnl_a), "memory_desc");
}

// The kernel of a gradient. NULL where oneDNN refuses.
static dnnl_primitive_desc_t gradient_desc(vaedp_convolution_kind kind,
                                           const convolution_layouts *l, convolution_geometry g,
                                           dnnl_primitive_attr_t attr) {
  dnnl_primitive_desc_t desc = NULL, forward = NULL;
  if (!ok(convolution_desc(&forward, shared_engine(), l->hint_x, l->hint_w, NULL, l->hint_y, g,
                           attr),
          "convolution"))
    return NULL;
  ok((kind == VAEDP_CONVOLUTION_INPUT_GRADIENT ? input_gradient_desc : weight_gradient_desc)(
         &desc, shared_engine(), l->inside_x, l->inside_w, l->inside_y, g, forward, attr),
     "gradient of a convolution");
  dnnl_primitive_desc_destroy(forward);
  return desc;
}

static outside convolution_arrays(vaedp_convolution_kind kind, const convolution_layouts *l,
                                  bool bias) {
  switch (kind) {
    case VAEDP_CONVOLUTION:
      return (outside){l->x, l->w, l->y, bias ? l->bias : NULL, DNNL_ARG_SRC, DNNL_ARG_WEIGHTS,
                       DNNL_ARG_DST};
    case VAEDP_CONVOLUTION_INPUT_GRADIENT:
      return (outside){l->y, l->w, l->x, NULL, DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS,
                       DNNL_ARG_DIFF_SRC};
    case VAEDP_CONVOLUTION_WEIGHT_GRADIENT:
      return (outside){l->x, l->y, l->w, NULL, DNNL_ARG_SRC, DNNL_ARG_DIFF_DST,
                       DNNL_ARG_DIFF_WEIGHTS};
  }
}

static vaedp_product *create_convolution(vaedp_convolution_kind kind, vaedp_convolution s,
                                         vaedp_epilogue epilogue, vaedp_precision precision) {
  if (!is_ready()) return NULL;
  convolution_layouts l = {0};
  dnnl_dims_t strides = {s.stride_h, s.stride_w}, padding = {s.padding_h, s.padding_w};
  convolution_geometry g = {strides, padding};
  dnnl_primitive_desc_t desc = NULL;
  dnnl_primitive_attr_t attr = attributes(epilogue);
  if (attr && describe(&l, kind, s, type_of(precision))) {
    if (kind == VAEDP_CONVOLUTION)
      ok(convolution_desc(&desc, shared_engine(), l.inside_x, l.inside_w,
                          epilogue.bias ? l.bias : NULL, l.inside_y, g, attr),
         "convolution");
    else
      desc = gradient_desc(kind, &l, g, attr);
  }
  if (attr) dnnl_primitive_attr_destroy(attr);
  vaedp_product *p = product(desc, convolution_arrays(kind, &l, epilogue.bias));
  free_layouts((layout *)&l, sizeof l);
  return p;
}

// ---- One at a time ---------------------------------------------------------------------------

// Creating is rare; running never takes this lock. See Documentation/workarounds.md.
static pthread_mutex_t creating = PTHREAD_MUTEX_INITIALIZER;

vaedp_product *vaedp_matmul_create(vaedp_matmul s, vaedp_epilogue epilogue,
                                   vaedp_precision precision) {
  pthread_mutex_lock(&creating);
  vaedp_product *p = create_matmul(s, epilogue, precision);
  pthread_mutex_unlock(&creating);
  return p;
}

vaedp_product *vaedp_convolution_create(vaedp_convolution_kind kind, vaedp_convolution s,
                                        vaedp_epilogue epilogue, vaedp_precision precision) {
  pthread_mutex_lock(&creating);
  vaedp_product *p = create_convolution(kind, s, epilogue, precision);
  pthread_mutex_unlock(&creating);
  return p;
}

// ---- Products ready to run -------------------------------------------------------------------

static void free_array(array *array) {
  if (array->change) dnnl_primitive_destroy(array->change);
  if (array->inside) dnnl_memory_destroy(array->inside);
  if (array->outside) dnnl_memory_destroy(array->outside);
}

void vaedp_product_free(vaedp_product *p) {
  free_array(&p->a), free_array(&p->b), free_array(&p->result);
  if (p->bias) dnnl_memory_destroy(p->bias);
  if (p->scratchpad) dnnl_memory_destroy(p->scratchpad);
  if (p->primitive) dnnl_primitive_destroy(p->primitive);
  if (p->stream) dnnl_stream_destroy(p->stream);
  free(p);
}

size_t vaedp_product_scratch(const vaedp_product *p) { return p->scratch_bytes; }

const char *vaedp_product_implementation(const vaedp_product *p) { return p->implementation; }

static bool place(dnnl_memory_t memory, const void *address) {
  return dnnl_memory_set_data_handle(memory, (void *)address) == dnnl_success;
}

// Gives the inside array its address: the caller's, or that in scratch.
static bool place_inside(const array *array, const void *outside, char *scratch) {
  return place(array->inside, array->change ? scratch + array->offset : outside);
}

static bool run_change(const array *array, const void *outside, bool is_result,
                       dnnl_stream_t stream) {
  if (!array->change) return true;
  dnnl_exec_arg_t args[2] = {{DNNL_ARG_FROM, is_result ? array->inside : array->outside},
                             {DNNL_ARG_TO, is_result ? array->outside : array->inside}};
  return place(array->outside, outside) &&
         dnnl_primitive_execute(array->change, stream, 2, args) == dnnl_success;
}

bool vaedp_product_run(vaedp_product *p, const float *a, const float *b, const float *bias,
                       float *result, void *scratch) {
  use_one_thread();
  dnnl_exec_arg_t args[5] = {{p->a.name, p->a.inside},
                             {p->b.name, p->b.inside},
                             {p->result.name, p->result.inside},
                             {DNNL_ARG_SCRATCHPAD, p->scratchpad},
                             {DNNL_ARG_BIAS, p->bias}};
  return place_inside(&p->a, a, scratch) && place_inside(&p->b, b, scratch) &&
         place_inside(&p->result, result, scratch) &&
         place(p->scratchpad, (char *)scratch + p->scratch_offset) &&
         (!p->bias || place(p->bias, bias)) && run_change(&p->a, a, false, p->stream) &&
         run_change(&p->b, b, false, p->stream) &&
         dnnl_primitive_execute(p->primitive, p->stream, p->bias ? 5 : 4, args) == dnnl_success &&
         run_change(&p->result, result, true, p->stream) &&
         dnnl_stream_wait(p->stream) == dnnl_success;
}
