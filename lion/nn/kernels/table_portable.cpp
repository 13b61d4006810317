// Plain C++: the instruction set of last resort, and the one of other processors.

#include "lion/nn/kernels/bodies.h"
#include "lion/nn/kernels/vec_portable.h"

namespace lion::nn::kernels {

const KernelTable& portable_table() {
  static constexpr KernelTable kTable = table_of<VecPortable>();
  return kTable;
}

}  // namespace lion::nn::kernels
