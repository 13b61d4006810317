// Compiled with AVX-512 F, BW, DQ, VL; called only where isa.cpp finds them.

#if defined(__x86_64__)

#include "lion/nn/kernels/bodies.h"
#include "lion/nn/kernels/vec_avx512.h"

namespace lion::nn::kernels {

const KernelTable& avx512_table() {
  static constexpr KernelTable kTable = table_of<VecAvx512>();
  return kTable;
}

}  // namespace lion::nn::kernels

#endif
