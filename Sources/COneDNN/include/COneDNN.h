// Products on oneDNN: the only place of the project that includes dnnl.h (in the .c file).
//
// A product is created once for fixed shapes and run many times. Activations are channels last and
// dense; weights have the layouts of the field's files (dense [out, in], convolution [O, I, kH, kW]).
// Arrays are float32 outside. Where the kernel wants one in another layout or type, the product keeps
// the change to itself, through scratch memory: weights of convolutions are permuted, which costs no
// bits; with bfloat16 both operands are rounded to it, and sums, bias and result stay float32.
//
// A product belongs to one thread at a time; products of equal shapes share their machine code
// (oneDNN's primitive cache). Every call pins this thread's OpenMP team to one thread first.
#ifndef VAEDP_CONEDNN_H
#define VAEDP_CONEDNN_H

#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

typedef struct vaedp_product vaedp_product;

typedef enum { VAEDP_LINEAR = 0, VAEDP_RELU = 1 } vaedp_activation;

// The type of the numbers that are multiplied.
typedef enum { VAEDP_FLOAT32 = 0, VAEDP_BFLOAT16 = 1 } vaedp_precision;

// What follows a product in the same pass: + bias[last axis], then max(x, 0) + slope · min(x, 0).
typedef struct {
  bool bias;
  vaedp_activation activation;
  float slope;
} vaedp_epilogue;

// left [rows, inner] × right [inner, columns]; a transposed operand is stored the other way round.
// The strides go from one stored row of an operand to its next, in floats; 0 where rows are dense.
typedef struct {
  long rows, columns, inner;
  bool transpose_left, transpose_right;
  long left_stride, right_stride;
} vaedp_matmul;

// x [count, height, width, in] and w [out, in, kernel_h, kernel_w] give
// y [count, out_height, out_width, out].
typedef struct {
  long count, height, width, in, out, out_height, out_width;
  long kernel_h, kernel_w, stride_h, stride_w, padding_h, padding_w;
} vaedp_convolution;

typedef enum {
  VAEDP_CONVOLUTION,                  // a = x, b = w, result = y
  VAEDP_CONVOLUTION_INPUT_GRADIENT,   // a = y, b = w, result = x
  VAEDP_CONVOLUTION_WEIGHT_GRADIENT,  // a = x, b = y, result = w
} vaedp_convolution_kind;

// NULL where oneDNN refuses; then `vaedp_last_refusal` says what it was asked for and its status.
vaedp_product *_Nullable vaedp_matmul_create(vaedp_matmul shape, vaedp_epilogue epilogue,
                                             vaedp_precision precision);
vaedp_product *_Nullable vaedp_convolution_create(vaedp_convolution_kind kind,
                                                  vaedp_convolution shape, vaedp_epilogue epilogue,
                                                  vaedp_precision precision);
void vaedp_product_free(vaedp_product *product);

// Bytes of scratch memory, 64-byte aligned, that a run needs.
size_t vaedp_product_scratch(const vaedp_product *product);

// The kernel that oneDNN chose; anything that says "ref" is a layout gone wrong.
const char *vaedp_product_implementation(const vaedp_product *product);

// Computes result from a, b (and bias). Allocates nothing of its own. False where oneDNN fails.
bool vaedp_product_run(vaedp_product *product, const float *a, const float *b,
                       const float *_Nullable bias, float *result, void *_Nullable scratch);

// This thread's last refusal, one line.
const char *vaedp_last_refusal(void);

// "2.6.3": the library that is loaded.
const char *vaedp_onednn_version(void);

#pragma clang assume_nonnull end

#endif
