// C loops that must be wide. Each is built for baseline x86-64, AVX2 and AVX-512 and picked when the
// program is loaded; `vaedp_instruction_set` tells which. Bits differ between instruction sets, never
// between threads: every function here is a fixed sequence of operations for fixed arguments.
// No fast-math: infinities and NaN go where IEEE 754 sends them.
#ifndef VAEDP_CKERNELS_H
#define VAEDP_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// ---- Which build runs ------------------------------------------------------------------------

// "avx512" (x86-64-v4), "avx2" (x86-64-v3) or "baseline".
const char *vaedp_instruction_set(void);

// Whether the processor multiplies bfloat16: AVX512-BF16 or AMX-BF16.
bool vaedp_has_bfloat16(void);

// The processor's own speed: a fixed number of fused multiply-adds that depend on little, on the
// widest vectors; the sum is returned so that nothing is left out.
double vaedp_fma_chains(long rounds);
// Floating-point operations that so many rounds make.
long vaedp_fma_flops(long rounds);

// ---- Element-wise loops (loop.c) -------------------------------------------------------------

enum { VAEDP_MAX_RANK = 6, VAEDP_TILE = 1024, VAEDP_MAX_LOADS = 64, VAEDP_MAX_STORES = 32 };

// Where an array begins: an index into the table of base addresses, and an offset in floats.
typedef struct {
  int32_t space;
  int64_t offset;
} vaedp_place;

// An array seen from a loop: its place, and its stride in floats along each loop axis. A load with
// stride 0 repeats; an accumulating store with stride 0 sums.
typedef struct {
  vaedp_place place;
  int64_t strides[VAEDP_MAX_RANK];
} vaedp_view;

typedef enum {
  VAEDP_NEGATE, VAEDP_EXP, VAEDP_LOG, VAEDP_LOG1P, VAEDP_SOFTPLUS, VAEDP_TANH, VAEDP_SIGMOID,
  VAEDP_SQUARE_ROOT, VAEDP_SQUARE, VAEDP_RECIPROCAL, VAEDP_ERF,
  VAEDP_LEAKY_RELU,  // x > 0 ? x : number · x
  VAEDP_HEAVISIDE,
  VAEDP_FLOOR,
  VAEDP_ADD, VAEDP_SUBTRACT, VAEDP_MULTIPLY, VAEDP_DIVIDE, VAEDP_MAXIMUM, VAEDP_MINIMUM,
  VAEDP_ADD_NUMBER, VAEDP_SUBTRACT_FROM_NUMBER, VAEDP_MULTIPLY_NUMBER, VAEDP_DIVIDE_NUMBER_BY,
  VAEDP_MAXIMUM_NUMBER, VAEDP_MINIMUM_NUMBER,
  VAEDP_MULTIPLY_ADD,  // left · right + third, rounded once where the instruction set can
  VAEDP_MASKED,        // right > 0 ? left : number · left
} vaedp_function;

// register[target] = function(register[left], register[right] and [third], number), of which each
// function takes what it needs.
typedef struct {
  vaedp_function function;
  int32_t target, left, right, third;
  float number;
} vaedp_instruction;

typedef struct {
  vaedp_view view;
  int32_t source;   // register
  bool accumulate;  // sum into the view, which the loop zeroes first
  bool direct;      // the register may live in the view's memory: no load of the loop is there
} vaedp_store;

// An element-wise computation over an index space, tile by tile: registers 0..<load_count are loads,
// the others are written by instructions.
typedef struct {
  int32_t rank;
  int32_t load_count, instruction_count, store_count, register_count;
  int64_t extents[VAEDP_MAX_RANK];
  const vaedp_view *loads;
  const vaedp_instruction *instructions;
  const vaedp_store *stores;
} vaedp_loop;

// `tiles` holds register_count · VAEDP_TILE floats; loops with many registers use less of it.
void vaedp_loop_run(const vaedp_loop *loop, float *const _Nonnull *_Nonnull bases, float *tiles);

// ---- Functions of one register (functions.c) -------------------------------------------------

// target[i] = function(left[i], right[i], third[i], number) for i in 0..<count; target may be an operand.
void vaedp_apply(vaedp_function function, long count, float *target, const float *left,
                 const float *right, const float *third, float number);

// ---- Other kernels (kernels.c) ---------------------------------------------------------------

// result[o, i] = log Σ_n exp x[o, n, i]; x is [outer, count, inner].
void vaedp_log_sum_exp(const float *x, float *result, long outer, long count, long inner);

// The windows of a convolution over an image [height, width, channels]: what each output pixel sees.
typedef struct {
  long height, width, channels, out_height, out_width;
  long kernel_h, kernel_w, stride_h, stride_w, padding_h, padding_w;
} vaedp_windows;

// images → their windows, one in a row [count, out_height, out_width, channels · kernel_h · kernel_w], 0
// outside; and back, as a sum where they overlap.
void vaedp_im2col(const float *images, float *rows, long count, vaedp_windows shape);
void vaedp_col2im(const float *rows, float *images, long count, vaedp_windows shape);

// The same sum for one image, of windows in columns [channels · kernel_h · kernel_w, out_height · out_width].
// `run` holds as many floats as the image is wide.
void vaedp_col2im_image(const float *columns, float *image, float *run, vaedp_windows shape);

// y[n, j] = x[index[n, j], j] for x [rows, width], index and y [count, width]. An index that is no whole number of
// 0..<rows gives NaN; nothing is read for it.
void vaedp_gather_rows(const float *x, const float *index, float *y, long rows, long count,
                       long width);
// x[i, j] = Σ y[n, j] over the n with index[n, j] = i, in their order; the same shapes. An index that is no whole number
// of 0..<rows makes x[0, j] NaN.
void vaedp_scatter_rows(const float *y, const float *index, float *x, long rows, long count,
                        long width);

// Reads x in order, a number per cache line, so that it is in the cache for a kernel that does not.
void vaedp_read_ahead(const float *x, long count);

// target[i] = bytes[i] · scale.
void vaedp_widen_bytes(const uint8_t *bytes, float *target, long count, float scale);

// ---- Products of sparse rows (sparse.c) ------------------------------------------------------

// Rows by their non-zeros (CSR): those of row i are starts[i]..<starts[i + 1], columns ascending.
typedef struct {
  const int64_t *starts;
  const int32_t *columns;
  const float *values;
} vaedp_csr;

// Extents: x is [rows, inputs], row r of it the one at ids[r]; weights are [outputs, inputs].
typedef struct {
  long rows, inputs, outputs;
} vaedp_sparse_shape;

// Columns of the weights that are turned at once, so that they stay in the second-level cache.
enum { VAEDP_SPARSE_TILE = 2048 };

// y [rows, outputs] = x · wᵀ + bias, then y > 0 ? y : slope · y; summed in the order of the columns.
void vaedp_sparse_matmul(vaedp_csr x, const uint32_t *ids, vaedp_sparse_shape shape, const float *w,
                         const float *_Nullable bias, float slope, float *y, float *scratch);
// Floats of scratch memory that it takes.
long vaedp_sparse_matmul_scratch(long rows);

// A non-zero of a column: its row and its value.
typedef struct {
  int32_t row;
  float value;
} vaedp_nonzero;

// The same by columns (CSC): the non-zeros of column j are those from ends[j − 1], or 0, to before ends[j],
// by row.
typedef struct {
  int32_t *ends;  // inputs + 1 of them
  vaedp_nonzero *nonzeros;
} vaedp_csc;

// Sorts the non-zeros of the rows at ids; row r of them becomes row first + r.
void vaedp_sparse_sort(vaedp_csr x, const uint32_t *ids, vaedp_sparse_shape shape, long first,
                       vaedp_csc sorted);

// A rectangle of a matrix.
typedef struct {
  long row, column, rows, columns;
} vaedp_tile;

// A tile of dw [outputs, inputs] = dyᵀ · x for dy [rows, outputs] and x in `count` parts; summed part by
// part in the order of the rows. The tile's rows begin `stride` floats apart.
void vaedp_sparse_gradient(const vaedp_csc *parts, long count, const float *dy, long outputs,
                           vaedp_tile tile, float *dw, long stride);

// ---- Random numbers (random.c) ---------------------------------------------------------------

typedef struct {
  uint32_t key[2];  // seed and purpose
  uint32_t step, stream;
} vaedp_noise;

// By Philox4x32-10. Row r of target [rows, per_row]: element j comes from counter (j / 4, ids[r], step, stream).
void vaedp_fill_normal(float *target, const uint32_t *ids, long rows, long per_row, vaedp_noise n);
// Uniform on [0, 1), multiples of 2⁻²⁴.
void vaedp_fill_uniform(float *target, const uint32_t *ids, long rows, long per_row, vaedp_noise n);

// Each column j of target [rows, columns]: the numbers 0..<rows in random order, of which place `last` is swapped by the
// first two words of counter (last, j, step, stream). At most 2²⁴ rows, whose numbers floats tell apart.
void vaedp_fill_permutations(float *target, long rows, long columns, vaedp_noise n);

// ---- The sliced update (update.c) ------------------------------------------------------------

// buffers[0][i] = Σ_s buffers[s][i] for i in begin..<end; pairwise in a tree over s that depends on
// shards alone. Buffer s begins at buffers + s · stride.
void vaedp_tree_sum(float *buffers, long stride, long shards, long begin, long end);

// The same, and of the sums x: Σ (scale · x)² in double, in an order that depends on end − begin
// alone. Finite exactly where every sum is: (3.4 · 10³⁸)² is far from the end of double.
double vaedp_tree_sum_of_squares(float *buffers, long stride, long shards, long begin, long end,
                                 float scale);

// The largest |x|: infinite or no number where one of them is.
float vaedp_largest_magnitude(long count, const float *x);

// average ← (1 − momentum) · average + momentum · scale · value; returns the largest magnitude that it
// wrote: infinite or no number where one of them is.
float vaedp_update_statistic(float momentum, float scale, long count, float *average,
                             const float *value);

// average ← average + weight · (value − average), and for a weight of 1 or more the value; returns as
// above. A convex combination that leaves alone what is equal.
float vaedp_update_average(float weight, long count, float *average, const float *value);

// ---- Optimisers (optimizers.c) ---------------------------------------------------------------

// g = scale · gradient + l2 · w + l1 · sign(w)
typedef struct {
  float scale, l1, l2;
} vaedp_gradient_rule;

// The numbers of one step of an optimiser; those that its function does not name are not read.
typedef struct {
  vaedp_gradient_rule gradient;
  float rate;          // what the direction is multiplied by, corrections of means included
  float ahead;         // the same for the gradient itself, where it moves beside its mean
  float keep;          // 1 − rate · decoupled decay
  float beta1, fresh1; // what stays of the first state, and how much of the new comes to it
  float beta2, fresh2; // the same of the second
  float root;          // what the root of the second state is multiplied by
  float epsilon;
} vaedp_rule;

// Each takes `count` floats of a gradient (of its own, from 0) and of arrays[0], the parameters w, and
// arrays[1]…, its state, from `start` on, and returns the largest magnitude that it wrote, parameters and
// state alike: infinite or no number where one of them is. Fixed sequences; nothing else is touched.

// w ← w − rate · g
float vaedp_update_sgd(vaedp_rule rule, long count, const float *gradient,
                       float *const _Nonnull *_Nonnull arrays, long start);
// v ← β₁ v + g;  w ← w − rate · v
float vaedp_update_momentum(vaedp_rule rule, long count, const float *gradient,
                            float *const _Nonnull *_Nonnull arrays, long start);
// v ← β₁ v + g;  w ← w − rate · (g + β₁ v)
float vaedp_update_nesterov(vaedp_rule rule, long count, const float *gradient,
                            float *const _Nonnull *_Nonnull arrays, long start);
// m ← β₁ m + fresh₁ g;  v ← β₂ v + fresh₂ g²;  w ← keep · w − rate · m / (root · √v + ε)
float vaedp_update_adam(vaedp_rule rule, long count, const float *gradient,
                        float *const _Nonnull *_Nonnull arrays, long start);
// m and v as Adam's;  u ← max(u, v);  w ← w − rate · m / (root · √u + ε)
float vaedp_update_amsgrad(vaedp_rule rule, long count, const float *gradient,
                           float *const _Nonnull *_Nonnull arrays, long start);
// m as Adam's;  u ← max(β₂ u, |g| + ε);  w ← w − rate · m / u
float vaedp_update_adamax(vaedp_rule rule, long count, const float *gradient,
                          float *const _Nonnull *_Nonnull arrays, long start);
// m and v as Adam's;  w ← w − (ahead · g + rate · m) / (root · √v + ε)
float vaedp_update_nadam(vaedp_rule rule, long count, const float *gradient,
                         float *const _Nonnull *_Nonnull arrays, long start);
// s ← β₂ s + fresh₂ g²;  d = g / (√s + ε);  β₁ = 0: w ← w − rate · d
//                                           else: b ← β₁ b + d;  w ← w − rate · b
float vaedp_update_rmsprop(vaedp_rule rule, long count, const float *gradient,
                           float *const _Nonnull *_Nonnull arrays, long start);
// The same with a ← β₂ a + fresh₂ g behind s and max(0, s − a²) under the root.
float vaedp_update_rmsprop_centered(vaedp_rule rule, long count, const float *gradient,
                                    float *const _Nonnull *_Nonnull arrays, long start);
// s ← s + g²;  w ← w − rate · g / (√s + ε)
float vaedp_update_adagrad(vaedp_rule rule, long count, const float *gradient,
                           float *const _Nonnull *_Nonnull arrays, long start);
// w ← keep · w − rate · sign(β₁ m + fresh₁ g);  m ← β₂ m + fresh₂ g
float vaedp_update_lion(vaedp_rule rule, long count, const float *gradient,
                        float *const _Nonnull *_Nonnull arrays, long start);

// From here on this thread takes floats below 2⁻¹²⁶ for zeros, as operands and as results, and says how it took them
// before. Processors take a hundred times as long for such numbers, and moments that nothing feeds any more become
// them: 0.9 · 2⁻¹⁴⁹ rounds to 2⁻¹⁴⁹, for ever.
uint64_t vaedp_flush_subnormals(void);
void vaedp_restore_subnormals(uint64_t before);

// One of these, block by block: the same results. While a block is changed, the next one's parameters are
// claimed from the other cores, which have read them since they were written.
float vaedp_update_claiming(float (*loop)(vaedp_rule, long, const float *,
                                          float *const _Nonnull *_Nonnull, long),
                            vaedp_rule rule, long count, const float *gradient,
                            float *const _Nonnull *_Nonnull arrays, long start);

#pragma clang assume_nonnull end

#endif
