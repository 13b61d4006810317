// Compiled with the flags of table_avx512.cpp and -mavx512bf16; called only where isa.cpp finds it.

#if defined(__x86_64__)

#include "lion/nn/kernels/bodies.h"
#include "lion/nn/kernels/vec_avx512.h"

namespace lion::nn::kernels {
namespace {

/// The instruction takes subnormal numbers for zero.
struct VecAvx512Bf16 : VecAvx512 {
  using VecAvx512::dot;
  static F dot(F sum, __m512i a, __m512i b) {
    return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }
};

}  // namespace

const KernelTable& avx512_bf16_table() {
  static constexpr KernelTable kTable = table_of<VecAvx512Bf16>();
  return kTable;
}

}  // namespace lion::nn::kernels

#endif
