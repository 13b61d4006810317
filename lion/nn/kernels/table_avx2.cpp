// Compiled with -mavx2 -mfma; called only where isa.cpp finds them.

#if defined(__x86_64__)

#include "lion/nn/kernels/bodies.h"
#include "lion/nn/kernels/vec_avx2.h"

namespace lion::nn::kernels {

const KernelTable& avx2_table() {
  static constexpr KernelTable kTable = table_of<VecAvx2>();
  return kTable;
}

}  // namespace lion::nn::kernels

#endif
