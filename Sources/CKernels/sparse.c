#include <string.h>

#include "CKernels.h"
#include "wide.h"

// Products of rows of which only the non-zeros are there. Both work on blocks of 32 outputs: two
// vectors of 16, whose lanes are outputs, so that a non-zero is a number times a vector. The weights
// are [outputs, inputs], so blocks of 16 × 16 are transposed on the way.

typedef float vector __attribute__((vector_size(64), aligned(4)));

enum { LANES = 16, BLOCK = 2 * LANES };

// m[i][j] = m[j][i]: four times, the first and second half are shuffled like cards.
INLINE void transpose(vector m[LANES]) {
  vector other[LANES];
  for (int stage = 0; stage < 4; stage++) {
    vector *from = stage % 2 ? other : m, *to = stage % 2 ? m : other;
    for (int i = 0; i < LANES / 2; i++) {
      vector a = from[i], b = from[i + LANES / 2];
      to[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      to[2 * i + 1] =
          __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
  }
}

long vaedp_sparse_matmul_scratch(long rows) {
  return VAEDP_SPARSE_TILE * BLOCK + rows * (long)(sizeof(int64_t) / sizeof(float));
}

// turned[j][k] = w[k, j] for count outputs k and columns begin..<end; the other lanes are 0.
INLINE void turn(const float *w, float *turned, long inputs, long count, long begin, long end) {
  for (long half = 0; half < BLOCK; half += LANES) {
    const float *rows = w + half * inputs;
    long present = count - half < 0 ? 0 : count - half < LANES ? count - half : LANES;
    long j = begin;
    for (; j + LANES <= end; j += LANES) {
      vector m[LANES];
      for (long k = 0; k < LANES; k++) m[k] = k < present ? *(const vector *)(rows + k * inputs + j) : (vector){0};
      transpose(m);
      for (long k = 0; k < LANES; k++) *(vector *)(turned + (j - begin + k) * BLOCK + half) = m[k];
    }
    for (; j < end; j++)
      for (long k = 0; k < LANES; k++)
        turned[(j - begin) * BLOCK + half + k] = k < present ? rows[k * inputs + j] : 0.0f;
  }
}

WIDE void vaedp_sparse_matmul(vaedp_csr x, const uint32_t *ids, vaedp_sparse_shape s, const float *w,
                              const float *bias, float slope, float *y, float *scratch) {
  float *turned = scratch;
  int64_t *next = (int64_t *)(void *)(scratch + VAEDP_SPARSE_TILE * BLOCK);
  for (long first = 0; first < s.outputs; first += BLOCK) {
    long count = s.outputs - first < BLOCK ? s.outputs - first : BLOCK;
    float sums[BLOCK] = {0};
    for (long r = 0; r < s.rows; r++) {
      next[r] = x.starts[ids[r]];
      memset(y + r * s.outputs + first, 0, (size_t)count * sizeof(float));
    }
    for (long begin = 0; begin < s.inputs; begin += VAEDP_SPARSE_TILE) {
      long end = s.inputs - begin < VAEDP_SPARSE_TILE ? s.inputs : begin + VAEDP_SPARSE_TILE;
      turn(w + first * s.inputs, turned, s.inputs, count, begin, end);
      for (long r = 0; r < s.rows; r++) {
        float *target = y + r * s.outputs + first;
        int64_t k = next[r], last = x.starts[ids[r] + 1];
        if (k == last || x.columns[k] >= end) continue;
        memcpy(sums, target, (size_t)count * sizeof(float));
        vector low = *(vector *)sums, high = *(vector *)(sums + LANES);
        for (; k < last && x.columns[k] < end; k++) {
          const float *column = turned + (x.columns[k] - begin) * BLOCK;
          low += x.values[k] * *(const vector *)column;
          high += x.values[k] * *(const vector *)(column + LANES);
        }
        next[r] = k;
        *(vector *)sums = low;
        *(vector *)(sums + LANES) = high;
        memcpy(target, sums, (size_t)count * sizeof(float));
      }
    }
    for (long r = 0; r < s.rows; r++) {
      float *target = y + r * s.outputs + first;
      if (bias)
        for (long k = 0; k < count; k++) target[k] += bias[first + k];
      for (long k = 0; k < count; k++) target[k] = target[k] > 0.0f ? target[k] : slope * target[k];
    }
  }
}

void vaedp_sparse_sort(vaedp_csr x, const uint32_t *ids, vaedp_sparse_shape s, long first,
                       vaedp_csc sorted) {
  // Counts of the columns, then where each begins; filling moves that to where it ends.
  int32_t *ends = sorted.ends;
  memset(ends, 0, (size_t)(s.inputs + 1) * sizeof(int32_t));
  for (long r = 0; r < s.rows; r++)
    for (int64_t k = x.starts[ids[r]]; k < x.starts[ids[r] + 1]; k++) ends[x.columns[k] + 1]++;
  for (long j = 0; j < s.inputs; j++) ends[j + 1] += ends[j];
  for (long r = 0; r < s.rows; r++)
    for (int64_t k = x.starts[ids[r]]; k < x.starts[ids[r] + 1]; k++)
      sorted.nonzeros[ends[x.columns[k]]++] = (vaedp_nonzero){(int32_t)(first + r), x.values[k]};
}

// Adds sixteen numbers of a row, or the `present` that there are.
INLINE void add_row(vector *sum, float factor, const float *row, long present) {
  vector some = {0};
  if (present >= LANES)
    some = *(const vector *)row;
  else if (present > 0)
    memcpy(&some, row, (size_t)present * sizeof(float));
  *sum += factor * some;
}

// Sums of columns begin..<begin + columns for the 32 outputs from `from` on, whose lanes are columns in
// the end. Where a row has fewer outputs, `present` are read.
INLINE void sum_columns(const vaedp_csc *parts, long count, const float *dy, long outputs, long from,
                        long present, long begin, long columns, vector low[LANES], vector high[LANES]) {
  for (long j = 0; j < LANES; j++) {
    vector a = {0}, b = {0};
    for (long p = 0; j < columns && p < count; p++) {
      const int32_t *ends = parts[p].ends;
      const vaedp_nonzero *e = parts[p].nonzeros + (begin + j ? ends[begin + j - 1] : 0);
      const vaedp_nonzero *end = parts[p].nonzeros + ends[begin + j];
      for (; e < end; e++) {
        const float *row = dy + e->row * outputs + from;
        add_row(&a, e->value, row, present);
        add_row(&b, e->value, row + LANES, present - LANES);
      }
    }
    low[j] = a;
    high[j] = b;
  }
  transpose(low);
  transpose(high);
}

WIDE void vaedp_sparse_gradient(const vaedp_csc *parts, long count, const float *dy, long outputs,
                                vaedp_tile tile, float *dw, long stride) {
  long last = tile.row + tile.rows, right = tile.column + tile.columns;
  for (long first = tile.row; first < last; first += BLOCK) {
    // The last block of a row is moved back, so that nothing behind the row is read.
    long from = outputs < BLOCK ? 0 : first < outputs - BLOCK ? first : outputs - BLOCK;
    for (long begin = tile.column; begin < right; begin += LANES) {
      long columns = right - begin < LANES ? right - begin : LANES;
      vector low[LANES], high[LANES];
      if (outputs < BLOCK)
        sum_columns(parts, count, dy, outputs, from, outputs, begin, columns, low, high);
      else
        sum_columns(parts, count, dy, outputs, from, BLOCK, begin, columns, low, high);
      for (long k = first; k < last && k < first + BLOCK; k++) {
        const vector *source = k - from < LANES ? low + (k - from) : high + (k - from - LANES);
        float *target = dw + (k - tile.row) * stride + (begin - tile.column);
        if (columns == LANES)
          *(vector *)target = *source;
        else
          memcpy(target, source, (size_t)columns * sizeof(float));
      }
    }
  }
}
