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

WIDE void vaedp_sparse_matmul(vaedp_sparse x, const uint32_t *ids, vaedp_sparse_shape s, const float *w,
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

// A non-zero of a column: where its row lies in the packed block, and its value.
typedef struct {
  int32_t place;
  float value;
} entry;

long vaedp_sparse_gradient_scratch(vaedp_sparse_shape s, long non_zeros) {
  return s.rows * BLOCK + 2 * non_zeros + s.inputs + 1;
}

// Sorts the rows' non-zeros by column, each column's by row: entries of column j are
// entries[starts[j - 1]..<starts[j]], with 0 for starts[-1].
static void sort_by_column(vaedp_sparse x, const uint32_t *ids, vaedp_sparse_shape s, int32_t *starts,
                           entry *entries) {
  memset(starts, 0, (size_t)(s.inputs + 1) * sizeof(int32_t));
  for (long r = 0; r < s.rows; r++)
    for (int64_t k = x.starts[ids[r]]; k < x.starts[ids[r] + 1]; k++) starts[x.columns[k] + 1]++;
  for (long j = 0; j < s.inputs; j++) starts[j + 1] += starts[j];
  for (long r = 0; r < s.rows; r++)
    for (int64_t k = x.starts[ids[r]]; k < x.starts[ids[r] + 1]; k++)
      entries[starts[x.columns[k]]++] = (entry){(int32_t)(r * BLOCK), x.values[k]};
}

WIDE void vaedp_sparse_gradient(vaedp_sparse x, const uint32_t *ids, vaedp_sparse_shape s,
                                const float *dy, float *dw, float *scratch) {
  float *packed = scratch;
  entry *entries = (entry *)(void *)(scratch + s.rows * BLOCK);
  long non_zeros = 0;
  for (long r = 0; r < s.rows; r++) non_zeros += x.starts[ids[r] + 1] - x.starts[ids[r]];
  int32_t *ends = (int32_t *)(void *)(entries + non_zeros);
  sort_by_column(x, ids, s, ends, entries);
  for (long first = 0; first < s.outputs; first += BLOCK) {
    long count = s.outputs - first < BLOCK ? s.outputs - first : BLOCK;
    for (long r = 0; r < s.rows; r++) {
      memset(packed + r * BLOCK, 0, BLOCK * sizeof(float));
      memcpy(packed + r * BLOCK, dy + r * s.outputs + first, (size_t)count * sizeof(float));
    }
    const entry *e = entries;
    for (long begin = 0; begin < s.inputs; begin += LANES) {
      long columns = s.inputs - begin < LANES ? s.inputs - begin : LANES;
      vector low[LANES], high[LANES];
      for (long j = 0; j < LANES; j++) {
        vector a = {0}, b = {0};
        const entry *end = j < columns ? entries + ends[begin + j] : e;
        for (; e < end; e++) {
          const float *row = packed + e->place;
          a += e->value * *(const vector *)row;
          b += e->value * *(const vector *)(row + LANES);
        }
        low[j] = a;
        high[j] = b;
      }
      transpose(low);
      transpose(high);
      for (long k = 0; k < count; k++) {
        const vector *source = k < LANES ? low + k : high + (k - LANES);
        float *target = dw + (first + k) * s.inputs + begin;
        if (columns == LANES)
          *(vector *)target = *source;
        else
          memcpy(target, source, (size_t)columns * sizeof(float));
      }
    }
  }
}
