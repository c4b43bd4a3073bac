#include <string.h>

#include "CKernels.h"
#include "wide.h"

// Sixteen floats, and those at any address.
typedef float vector __attribute__((vector_size(64), aligned(4), may_alias));
#define AT(address) (*(vector *)(address))

// A block of the index space: `rows` × `columns` elements of the two innermost axes.
typedef struct {
  long rows, columns;
  long row_stride, column_stride;
} block;

static block block_of(const vaedp_view *view, int rank, long rows, long columns) {
  return (block){rows, columns, rank > 1 ? view->strides[rank - 2] : 0, view->strides[rank - 1]};
}

static bool is_dense(block b) {
  return (b.column_stride == 1 || b.columns == 1) &&
         (b.rows == 1 || (b.row_stride == b.columns && b.column_stride == 1) ||
          (b.columns == 1 && b.row_stride == 1));
}

WIDE static void copy_in(const float *source, block b, float *tile) {
  for (long r = 0; r < b.rows; r++) {
    const float *from = source + r * b.row_stride;
    float *to = tile + r * b.columns;
    if (b.column_stride == 1) {
      memcpy(to, from, (size_t)b.columns * sizeof(float));
    } else if (b.column_stride == 0) {
      float value = *from;
      EACH for (long c = 0; c < b.columns; c++) to[c] = value;
    } else {
      for (long c = 0; c < b.columns; c++) to[c] = from[c * b.column_stride];
    }
  }
}

static void copy_out(const float *tile, block b, float *target) {
  for (long r = 0; r < b.rows; r++)
    for (long c = 0; c < b.columns; c++)
      target[r * b.row_stride + c * b.column_stride] = tile[r * b.columns + c];
}

// Sixty-four partial sums, then those pairwise: vectorises, and errs less than one running sum.
WIDE static float sum(const float *x, long count) {
  vector partial[4] = {0};
  long i = 0;
  for (; i + 64 <= count; i += 64)
    for (int k = 0; k < 4; k++) partial[k] += AT(x + i + 16 * k);
  for (; i + 16 <= count; i += 16) partial[0] += AT(x + i);
  vector all = (partial[0] + partial[2]) + (partial[1] + partial[3]);
  for (int k = 0; i < count; i++, k++) all[k] += x[i];
  for (int width = 8; width > 0; width /= 2)
    for (int k = 0; k < width; k++) all[k] += all[k + width];
  return all[0];
}

// Adds the sums of `width` · 16 neighbouring columns to `target`, from registers: rows in turn belong
// to one of `ways` partial sums, so that few columns do not wait for each other's additions.
INLINE void add_vectors(const float *tile, long rows, long columns, float *target, int width,
                        int ways) {
  vector partial[4] = {0};
  long r = 0;
  for (; r + ways <= rows; r += ways)
    for (int way = 0; way < ways; way++)
      for (int k = 0; k < width; k++)
        partial[way * width + k] += AT(tile + (r + way) * columns + 16 * k);
  for (; r < rows; r++)
    for (int k = 0; k < width; k++) partial[k] += AT(tile + r * columns + 16 * k);
  for (int half = ways / 2; half > 0; half /= 2)
    for (int k = 0; k < half * width; k++) partial[k] += partial[k + half * width];
  for (int k = 0; k < width; k++) AT(target + 16 * k) += partial[k];
}

// Adds the sum over rows of `tile` to `target`.
WIDE static void add_columns(const float *tile, long rows, long columns, float *target) {
  long c = 0;
  for (; c + 64 <= columns; c += 64) add_vectors(tile + c, rows, columns, target + c, 4, 1);
  for (; c + 32 <= columns; c += 32) add_vectors(tile + c, rows, columns, target + c, 2, 2);
  for (; c + 16 <= columns; c += 16) add_vectors(tile + c, rows, columns, target + c, 1, 4);
  for (; c < columns; c++) {
    float total = 0;
    for (long r = 0; r < rows; r++) total += tile[r * columns + c];
    target[c] += total;
  }
}

static void accumulate(const float *tile, block b, float *target) {
  if (b.column_stride == 0 && b.row_stride == 0) {
    *target += sum(tile, b.rows * b.columns);
  } else if (b.column_stride == 0) {
    for (long r = 0; r < b.rows; r++)
      target[r * b.row_stride] += sum(tile + r * b.columns, b.columns);
  } else if (b.column_stride == 1 && b.row_stride == 0) {
    add_columns(tile, b.rows, b.columns, target);
  } else {
    for (long r = 0; r < b.rows; r++)
      for (long c = 0; c < b.columns; c++)
        target[r * b.row_stride + c * b.column_stride] += tile[r * b.columns + c];
  }
}

static void zero(const vaedp_loop *loop, const vaedp_store *store, float *target) {
  long count = 1;  // An accumulating store covers its result densely.
  for (int axis = 0; axis < loop->rank; axis++)
    if (store->view.strides[axis] != 0) count *= loop->extents[axis];
  memset(target, 0, (size_t)count * sizeof(float));
}

// How many elements a register holds at a time: as many as keep all registers in 32 KiB. Registers lie
// one after another, so that they do not meet in the cache's sets.
static long tile_of(const vaedp_loop *loop) {
  long tile = VAEDP_TILE;
  while (tile > 256 && loop->register_count * tile > 8192) tile /= 2;
  return tile;
}

typedef struct {
  long tile;
  float *registers[VAEDP_MAX_LOADS + 192];
  const float *loaded[VAEDP_MAX_LOADS];  // what is in a load's tile now
  block loaded_block[VAEDP_MAX_LOADS];
} machine;

static void run_block(const vaedp_loop *loop, machine *m, float *const *bases, float *tiles,
                      const long *index, long rows, long columns) {
  int rank = loop->rank;
  for (int i = 0; i < loop->load_count; i++) {
    const vaedp_view *view = &loop->loads[i];
    const float *source = bases[view->place.space] + view->place.offset;
    for (int axis = 0; axis < rank; axis++) source += index[axis] * view->strides[axis];
    block b = block_of(view, rank, rows, columns);
    if (is_dense(b)) {
      m->registers[i] = (float *)source;
      continue;
    }
    float *tile = tiles + i * m->tile;
    block old = m->loaded_block[i];
    if (m->loaded[i] != source || old.rows != rows || old.columns != columns) copy_in(source, b, tile);
    m->loaded[i] = source, m->loaded_block[i] = b, m->registers[i] = tile;
  }
  float *targets[VAEDP_MAX_STORES];
  for (int i = 0; i < loop->store_count; i++) {
    const vaedp_store *store = &loop->stores[i];
    targets[i] = bases[store->view.place.space] + store->view.place.offset;
    for (int axis = 0; axis < rank; axis++) targets[i] += index[axis] * store->view.strides[axis];
    if (store->source < loop->load_count) continue;
    bool in_place = store->direct && is_dense(block_of(&store->view, rank, rows, columns));
    m->registers[store->source] = in_place ? targets[i] : tiles + store->source * m->tile;
  }
  long count = rows * columns;
  for (int i = 0; i < loop->instruction_count; i++) {
    const vaedp_instruction *in = &loop->instructions[i];
    vaedp_apply(in->function, count, m->registers[in->target], m->registers[in->left],
                m->registers[in->right], m->registers[in->third], in->number);
  }
  for (int i = 0; i < loop->store_count; i++) {
    const vaedp_store *store = &loop->stores[i];
    const float *tile = m->registers[store->source];
    block b = block_of(&store->view, rank, rows, columns);
    if (store->accumulate)
      accumulate(tile, b, targets[i]);
    else if (tile == targets[i])
      continue;
    else if (is_dense(b))
      memcpy(targets[i], tile, (size_t)count * sizeof(float));
    else
      copy_out(tile, b, targets[i]);
  }
}

void vaedp_loop_run(const vaedp_loop *loop, float *const *bases, float *tiles) {
  machine m;
  m.tile = tile_of(loop);
  for (int i = 0; i < loop->load_count; i++) m.loaded[i] = NULL;
  for (int i = loop->load_count; i < loop->register_count; i++)
    m.registers[i] = tiles + i * m.tile;
  for (int i = 0; i < loop->store_count; i++) {
    const vaedp_store *store = &loop->stores[i];
    if (store->accumulate)
      zero(loop, store, bases[store->view.place.space] + store->view.place.offset);
  }
  int rank = loop->rank;
  long width = loop->extents[rank - 1], height = rank > 1 ? loop->extents[rank - 2] : 1;
  long columns = width < m.tile ? width : m.tile;
  long rows = columns == width ? m.tile / columns : 1;
  long outer = 1;
  for (int axis = 0; axis < rank - 2; axis++) outer *= loop->extents[axis];
  for (long o = 0; o < outer; o++) {
    long index[VAEDP_MAX_RANK] = {0};
    for (long rest = o, axis = rank - 3; axis >= 0; axis--) {
      index[axis] = rest % loop->extents[axis];
      rest /= loop->extents[axis];
    }
    for (long r = 0; r < height; r += rows)
      for (long c = 0; c < width; c += columns) {
        if (rank > 1) index[rank - 2] = r;
        index[rank - 1] = c;
        run_block(loop, &m, bases, tiles, index, height - r < rows ? height - r : rows,
                  width - c < columns ? width - c : columns);
      }
  }
}
