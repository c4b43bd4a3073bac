#include "COneDNN.h"

#include <dlfcn.h>
#include <dnnl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

// A change of layout that a convolution wants for one of its arrays, through scratch memory.
typedef struct {
  dnnl_primitive_t primitive;  // NULL: none is wanted
  dnnl_memory_t outside, inside;
  size_t offset;  // of the inside array in scratch
} layout_change;

struct vaedp_product {
  dnnl_primitive_t primitive;
  dnnl_stream_t stream;
  dnnl_memory_t a, b, bias, result, scratchpad;
  int a_name, b_name, result_name;
  layout_change change_b, change_result;
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
  if (epilogue.activation == VAEDP_RELU) {
    dnnl_post_ops_create(&ops);
    dnnl_post_ops_append_eltwise(ops, 1.0f, dnnl_eltwise_relu, epilogue.slope, 0.0f);
    dnnl_primitive_attr_set_post_ops(attr, ops);
    dnnl_post_ops_destroy(ops);
  }
  return attr;
}

// A memory object without memory of its own: every run gives it its address.
static bool memory(dnnl_memory_t *result, const dnnl_memory_desc_t *desc) {
  return ok(dnnl_memory_create(result, desc, shared_engine(), DNNL_MEMORY_NONE), "memory_create");
}

static size_t aligned(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

static bool prepare_change(vaedp_product *p, layout_change *change, const dnnl_memory_desc_t *from,
                           const dnnl_memory_desc_t *to, bool inside_is_target) {
  if (dnnl_memory_desc_equal(from, to)) return true;
  dnnl_primitive_desc_t desc = NULL;
  dnnl_primitive_attr_t attr = attributes((vaedp_epilogue){0});
  bool fine =
      ok(dnnl_reorder_primitive_desc_create(&desc, from, shared_engine(), to, shared_engine(), attr),
         "reorder") &&
      ok(dnnl_primitive_create(&change->primitive, desc), "primitive_create of a reorder") &&
      memory(&change->outside, inside_is_target ? from : to) &&
      memory(&change->inside, inside_is_target ? to : from);
  if (fine) {
    change->offset = p->scratch_bytes;
    p->scratch_bytes += aligned(dnnl_memory_desc_get_size(inside_is_target ? to : from));
  }
  if (desc) dnnl_primitive_desc_destroy(desc);
  if (attr) dnnl_primitive_attr_destroy(attr);
  return fine;
}

// Takes over `desc`.
static bool finish(vaedp_product *p, dnnl_primitive_desc_t desc) {
  const dnnl_memory_desc_t *pad =
      dnnl_primitive_desc_query_md(desc, dnnl_query_scratchpad_md, 0);
  bool fine = ok(dnnl_primitive_create(&p->primitive, desc), "primitive_create") &&
              ok(dnnl_stream_create(&p->stream, shared_engine(), dnnl_stream_default_flags),
                 "stream_create") &&
              memory(&p->scratchpad, pad);
  const char *text = "";
  dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &text);
  p->implementation = text;  // A constant of the library.
  p->scratch_offset = p->scratch_bytes;
  p->scratch_bytes += aligned(dnnl_memory_desc_get_size(pad));
  dnnl_primitive_desc_destroy(desc);
  return fine;
}

static vaedp_product *started(void) {
  use_one_thread();
  refusal[0] = 0;
  return shared_engine() ? calloc(1, sizeof(vaedp_product)) : NULL;
}

static bool matrix(dnnl_memory_desc_t *desc, long rows, long columns, bool transposed) {
  dnnl_dims_t extents = {rows, columns};
  dnnl_dims_t strides = {transposed ? 1 : columns, transposed ? rows : 1};
  return ok(dnnl_memory_desc_init_by_strides(desc, 2, extents, dnnl_f32, strides), "memory_desc");
}

vaedp_product *vaedp_matmul_create(vaedp_matmul s, vaedp_epilogue epilogue) {
  vaedp_product *p = started();
  if (!p) return NULL;
  dnnl_memory_desc_t a, b, result, bias;
  dnnl_matmul_desc_t op;
  dnnl_primitive_desc_t desc = NULL;
  dnnl_primitive_attr_t attr = attributes(epilogue);
  bool fine = attr && matrix(&a, s.rows, s.inner, s.transpose_left) &&
              matrix(&b, s.inner, s.columns, s.transpose_right) &&
              matrix(&result, s.rows, s.columns, false) && matrix(&bias, 1, s.columns, false) &&
              ok(dnnl_matmul_desc_init(&op, &a, &b, epilogue.bias ? &bias : NULL, &result),
                 "matmul_desc_init") &&
              ok(dnnl_primitive_desc_create(&desc, &op, attr, shared_engine(), NULL), "matmul") &&
              finish(p, desc) && memory(&p->a, &a) && memory(&p->b, &b) &&
              memory(&p->result, &result) && (!epilogue.bias || memory(&p->bias, &bias));
  p->a_name = DNNL_ARG_SRC, p->b_name = DNNL_ARG_WEIGHTS, p->result_name = DNNL_ARG_DST;
  if (attr) dnnl_primitive_attr_destroy(attr);
  if (fine) return p;
  vaedp_product_free(p);
  return NULL;
}

typedef struct {
  dnnl_memory_desc_t x, y, w, any_w, bias;
  dnnl_dims_t strides, padding;
} convolution_descs;

static bool describe(convolution_descs *d, vaedp_convolution s) {
  dnnl_dims_t x = {s.count, s.in, s.height, s.width};
  dnnl_dims_t y = {s.count, s.out, s.out_height, s.out_width};
  dnnl_dims_t w = {s.out, s.in, s.kernel_h, s.kernel_w};
  dnnl_dims_t bias = {s.out};
  d->strides[0] = s.stride_h, d->strides[1] = s.stride_w;
  d->padding[0] = s.padding_h, d->padding[1] = s.padding_w;
  return ok(dnnl_memory_desc_init_by_tag(&d->x, 4, x, dnnl_f32, dnnl_nhwc), "memory_desc") &&
         ok(dnnl_memory_desc_init_by_tag(&d->y, 4, y, dnnl_f32, dnnl_nhwc), "memory_desc") &&
         ok(dnnl_memory_desc_init_by_tag(&d->w, 4, w, dnnl_f32, dnnl_oihw), "memory_desc") &&
         ok(dnnl_memory_desc_init_by_tag(&d->any_w, 4, w, dnnl_f32, dnnl_format_tag_any),
            "memory_desc") &&
         ok(dnnl_memory_desc_init_by_tag(&d->bias, 1, bias, dnnl_f32, dnnl_a), "memory_desc");
}

// The forward primitive desc, which the gradients take as a hint. NULL where refused.
static dnnl_primitive_desc_t forward_desc(const convolution_descs *d, vaedp_epilogue epilogue) {
  dnnl_convolution_desc_t op;
  dnnl_primitive_desc_t desc = NULL;
  dnnl_primitive_attr_t attr = attributes(epilogue);
  if (attr &&
      ok(dnnl_convolution_forward_desc_init(&op, dnnl_forward_training, dnnl_convolution_direct,
                                            &d->x, &d->any_w, epilogue.bias ? &d->bias : NULL,
                                            &d->y, d->strides, d->padding, d->padding),
         "convolution_forward_desc_init"))
    ok(dnnl_primitive_desc_create(&desc, &op, attr, shared_engine(), NULL), "convolution");
  if (attr) dnnl_primitive_attr_destroy(attr);
  return desc;
}

static dnnl_primitive_desc_t gradient_desc(vaedp_convolution_kind kind, const convolution_descs *d) {
  dnnl_convolution_desc_t op;
  dnnl_primitive_desc_t desc = NULL, hint = forward_desc(d, (vaedp_epilogue){0});
  dnnl_primitive_attr_t attr = attributes((vaedp_epilogue){0});
  bool fine = hint && attr;
  if (kind == VAEDP_CONVOLUTION_INPUT_GRADIENT)
    fine = fine && ok(dnnl_convolution_backward_data_desc_init(&op, dnnl_convolution_direct, &d->x,
                                                               &d->any_w, &d->y, d->strides,
                                                               d->padding, d->padding),
                      "convolution_backward_data_desc_init");
  else
    fine = fine && ok(dnnl_convolution_backward_weights_desc_init(
                          &op, dnnl_convolution_direct, &d->x, &d->any_w, NULL, &d->y, d->strides,
                          d->padding, d->padding),
                      "convolution_backward_weights_desc_init");
  if (fine)
    ok(dnnl_primitive_desc_create(&desc, &op, attr, shared_engine(), hint), "convolution gradient");
  if (hint) dnnl_primitive_desc_destroy(hint);
  if (attr) dnnl_primitive_attr_destroy(attr);
  return desc;
}

vaedp_product *vaedp_convolution_create(vaedp_convolution_kind kind, vaedp_convolution shape,
                                        vaedp_epilogue epilogue) {
  vaedp_product *p = started();
  if (!p) return NULL;
  convolution_descs d;
  dnnl_primitive_desc_t desc = NULL;
  bool fine = describe(&d, shape);
  if (fine) desc = kind == VAEDP_CONVOLUTION ? forward_desc(&d, epilogue) : gradient_desc(kind, &d);
  fine = desc != NULL;
  if (fine) {
    // Copied, because `finish` destroys the primitive desc they belong to.
    bool makes_w = kind == VAEDP_CONVOLUTION_WEIGHT_GRADIENT;
    dnnl_memory_desc_t w = *dnnl_primitive_desc_query_md(
        desc, makes_w ? dnnl_query_diff_weights_md : dnnl_query_weights_md, 0);
    fine = finish(p, desc) &&
           (makes_w ? prepare_change(p, &p->change_result, &w, &d.w, false)
                    : prepare_change(p, &p->change_b, &d.w, &w, true)) &&
           memory(&p->a, kind == VAEDP_CONVOLUTION_INPUT_GRADIENT ? &d.y : &d.x) &&
           memory(&p->b, makes_w ? &d.y : &w) &&
           memory(&p->result, makes_w ? &w : kind == VAEDP_CONVOLUTION ? &d.y : &d.x) &&
           (!epilogue.bias || memory(&p->bias, &d.bias));
  }
  switch (kind) {
    case VAEDP_CONVOLUTION:
      p->a_name = DNNL_ARG_SRC, p->b_name = DNNL_ARG_WEIGHTS, p->result_name = DNNL_ARG_DST;
      break;
    case VAEDP_CONVOLUTION_INPUT_GRADIENT:
      p->a_name = DNNL_ARG_DIFF_DST, p->b_name = DNNL_ARG_WEIGHTS;
      p->result_name = DNNL_ARG_DIFF_SRC;
      break;
    case VAEDP_CONVOLUTION_WEIGHT_GRADIENT:
      p->a_name = DNNL_ARG_SRC, p->b_name = DNNL_ARG_DIFF_DST;
      p->result_name = DNNL_ARG_DIFF_WEIGHTS;
      break;
  }
  if (fine) return p;
  vaedp_product_free(p);
  return NULL;
}

static void free_change(layout_change *change) {
  if (change->primitive) dnnl_primitive_destroy(change->primitive);
  if (change->outside) dnnl_memory_destroy(change->outside);
  if (change->inside) dnnl_memory_destroy(change->inside);
}

void vaedp_product_free(vaedp_product *p) {
  dnnl_memory_t memories[] = {p->a, p->b, p->bias, p->result, p->scratchpad};
  for (int i = 0; i < 5; i++)
    if (memories[i]) dnnl_memory_destroy(memories[i]);
  free_change(&p->change_b);
  free_change(&p->change_result);
  if (p->primitive) dnnl_primitive_destroy(p->primitive);
  if (p->stream) dnnl_stream_destroy(p->stream);
  free(p);
}

size_t vaedp_product_scratch(const vaedp_product *p) { return p->scratch_bytes; }

const char *vaedp_product_implementation(const vaedp_product *p) { return p->implementation; }

static bool place(dnnl_memory_t memory, const void *address) {
  return dnnl_memory_set_data_handle(memory, (void *)address) == dnnl_success;
}

static bool run_change(vaedp_product *p, layout_change *change, const void *from, void *to,
                       bool inside_is_target) {
  dnnl_exec_arg_t args[2] = {
      {DNNL_ARG_FROM, inside_is_target ? change->outside : change->inside},
      {DNNL_ARG_TO, inside_is_target ? change->inside : change->outside}};
  return place(args[0].memory, from) && place(args[1].memory, to) &&
         dnnl_primitive_execute(change->primitive, p->stream, 2, args) == dnnl_success;
}

bool vaedp_product_run(vaedp_product *p, const float *a, const float *b, const float *bias,
                       float *result, void *scratch) {
  use_one_thread();
  char *base = scratch;
  if (p->change_b.primitive) {
    void *inside = base + p->change_b.offset;
    if (!run_change(p, &p->change_b, b, inside, true)) return false;
    b = inside;
  }
  float *target = p->change_result.primitive ? (float *)(base + p->change_result.offset) : result;
  dnnl_exec_arg_t args[5] = {{p->a_name, p->a},
                             {p->b_name, p->b},
                             {p->result_name, p->result},
                             {DNNL_ARG_SCRATCHPAD, p->scratchpad},
                             {DNNL_ARG_BIAS, p->bias}};
  bool fine = place(p->a, a) && place(p->b, b) && place(p->result, target) &&
              place(p->scratchpad, base + p->scratch_offset) && (!p->bias || place(p->bias, bias)) &&
              dnnl_primitive_execute(p->primitive, p->stream, p->bias ? 5 : 4, args) == dnnl_success;
  if (fine && p->change_result.primitive)
    fine = run_change(p, &p->change_result, target, result, false);
  return fine && dnnl_stream_wait(p->stream) == dnnl_success;
}
