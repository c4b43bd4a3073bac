#include "CKernels.h"
#include "wide.h"

// Independent chains of fused multiply-adds on the widest vectors there are: as many as registers allow, so that
// no unit waits for a result.
enum { CHAINS = 24, LANES = 16 };

WIDE double vaedp_fma_chains(long rounds) {
  float x[CHAINS][LANES];
  for (int c = 0; c < CHAINS; c++)
    for (int l = 0; l < LANES; l++) x[c][l] = 1.0f + 1e-3f * (float)(c + l);
  float a = 0.999f, b = 1e-3f;
  for (long r = 0; r < rounds; r++) {
#pragma clang loop unroll(full)
    for (int c = 0; c < CHAINS; c++)
#pragma clang loop vectorize_width(16)
      for (int l = 0; l < LANES; l++) x[c][l] = x[c][l] * a + b;
  }
  double sum = 0;
  for (int c = 0; c < CHAINS; c++)
    for (int l = 0; l < LANES; l++) sum += (double)x[c][l];
  return sum;
}

long vaedp_fma_flops(long rounds) { return rounds * CHAINS * LANES * 2; }
