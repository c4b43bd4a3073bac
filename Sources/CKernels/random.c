#include "CKernels.h"
#include "functions.h"

enum { BLOCKS = 64 };  // counters worked on at once

typedef struct {
  uint32_t word[4][BLOCKS];
} draws;

INLINE void philox_round(uint32_t *c0, uint32_t *c1, uint32_t *c2, uint32_t *c3, uint32_t k0,
                         uint32_t k1) {
  uint64_t a = (uint64_t)0xD2511F53u * *c0, b = (uint64_t)0xCD9E8D57u * *c2;
  uint32_t n0 = (uint32_t)(b >> 32) ^ *c1 ^ k0, n2 = (uint32_t)(a >> 32) ^ *c3 ^ k1;
  *c1 = (uint32_t)b, *c3 = (uint32_t)a, *c0 = n0, *c2 = n2;
}

// Philox4x32-10 of Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011:
// counters (first + b, id, step, stream) for b in 0..<BLOCKS.
WIDE static void draw(draws *d, uint32_t first, uint32_t id, vaedp_noise n) {
  EACH for (int b = 0; b < BLOCKS; b++) {
    uint32_t c0 = first + (uint32_t)b, c1 = id, c2 = n.step, c3 = n.stream;
    uint32_t k0 = n.key[0], k1 = n.key[1];
#pragma clang loop unroll(full)
    for (int round = 0; round < 10; round++, k0 += 0x9E3779B9u, k1 += 0xBB67AE85u)
      philox_round(&c0, &c1, &c2, &c3, k0, k1);
    d->word[0][b] = c0, d->word[1][b] = c1, d->word[2][b] = c2, d->word[3][b] = c3;
  }
}

// (0, 1] and [0, 1), multiples of 2⁻²⁴.
INLINE float above_zero(uint32_t bits) { return (float)((bits >> 8) + 1) * 0x1p-24f; }
INLINE float below_one(uint32_t bits) { return (float)(bits >> 8) * 0x1p-24f; }

// Box & Muller 1958: √(−2 log u) · (cos 2πv, sin 2πv). The angle is taken as a quarter turn q and a
// rest of at most an eighth turn, where two short polynomials do.
INLINE void box_muller(uint32_t u, uint32_t v, float *x, float *y) {
  float radius = __builtin_elementwise_sqrt(-2.0f * log_f(above_zero(u)));
  float turn = below_one(v) * 4.0f;
  float t = turn + 12582912.0f;
  float rest = turn - (t - 12582912.0f), s = rest * rest;
  uint32_t quarter = to_bits(t) & 3u;
  float sine = 1.582067399e-04f;
  sine = sine * s - 4.681266475e-03f;
  sine = sine * s + 7.969258276e-02f;
  sine = sine * s - 6.459640961e-01f;
  sine = (sine * s + 1.570796327e+00f) * rest;
  float cosine = 9.036317047e-04f;
  cosine = cosine * s - 2.086007132e-02f;
  cosine = cosine * s + 2.536692039e-01f;
  cosine = cosine * s - 1.233700541e+00f;
  cosine = cosine * s + 1.0f;
  float c = quarter & 1u ? sine : cosine, d = quarter & 1u ? cosine : sine;
  *x = radius * (quarter == 1u || quarter == 2u ? -c : c);
  *y = radius * (quarter >= 2u ? -d : d);
}

WIDE static void normals(const draws *d, float *row) {
  EACH for (int b = 0; b < BLOCKS; b++) {
    box_muller(d->word[0][b], d->word[1][b], &row[4 * b], &row[4 * b + 1]);
    box_muller(d->word[2][b], d->word[3][b], &row[4 * b + 2], &row[4 * b + 3]);
  }
}

WIDE static void uniforms(const draws *d, float *row) {
  EACH for (int b = 0; b < BLOCKS; b++)
    for (int k = 0; k < 4; k++) row[4 * b + k] = below_one(d->word[k][b]);
}

static void fill(float *target, const uint32_t *ids, long rows, long per_row, vaedp_noise n,
                 void (*make)(const draws *, float *)) {
  draws d;
  float values[4 * BLOCKS];
  for (long r = 0; r < rows; r++)
    for (long j = 0; j < per_row; j += 4 * BLOCKS) {
      draw(&d, (uint32_t)(j / 4), ids[r], n);
      make(&d, values);
      long count = per_row - j < 4 * BLOCKS ? per_row - j : 4 * BLOCKS;
      memcpy(target + r * per_row + j, values, (size_t)count * sizeof(float));
    }
}

void vaedp_fill_normal(float *target, const uint32_t *ids, long rows, long per_row, vaedp_noise n) {
  fill(target, ids, rows, per_row, n, normals);
}

void vaedp_fill_uniform(float *target, const uint32_t *ids, long rows, long per_row,
                        vaedp_noise n) {
  fill(target, ids, rows, per_row, n, uniforms);
}

// Durstenfeld, "Algorithm 235", CACM 7 (1964), 420; places are drawn by multiplication, as in `Stream.permutation`.
static void permute(float *column, long rows, long columns, uint32_t id, vaedp_noise n) {
  draws d;
  for (long row = 0; row < rows; row++) column[row * columns] = (float)row;
  for (long first = (rows - 1) / BLOCKS * BLOCKS; first >= 0; first -= BLOCKS) {
    draw(&d, (uint32_t)first, id, n);
    long count = rows - first < BLOCKS ? rows - first : BLOCKS;
    for (long b = count - 1; b >= 0; b--) {
      uint64_t word = (uint64_t)d.word[0][b] << 32 | d.word[1][b];
      long last = first + b, other = (long)((unsigned __int128)word * (uint64_t)(last + 1) >> 64);
      float moved = column[last * columns];
      column[last * columns] = column[other * columns];
      column[other * columns] = moved;
    }
  }
}

void vaedp_fill_permutations(float *target, long rows, long columns, vaedp_noise n) {
  for (long j = 0; j < columns; j++) permute(target + j, rows, columns, (uint32_t)j, n);
}
