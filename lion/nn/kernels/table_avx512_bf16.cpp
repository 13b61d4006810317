// Compiled with the flags of table_avx512.cpp and -mavx512bf16; called only where isa.cpp finds it.

#if defined(__x86_64__)

#include "lion/nn/kernels/bodies.h"
#include "lion/nn/kernels/vec_avx512.h"

namespace lion::nn::kernels {
namespace {

/// These instructions take subnormal numbers for zero.
struct VecAvx512Bf16 : VecAvx512 {
  using VecAvx512::dot;
  using VecAvx512::store;
  static F dot(F sum, __m512i a, __m512i b) {
    return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }
  static void store(Bf16* p, F v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), narrow(v)); }
  static void store(Bf16* p, F v, int64_t count) {
    _mm256_mask_storeu_epi16(p, first(count), narrow(v));
  }

 private:
  static __m256i narrow(F v) { return reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v)); }
};

}  // namespace

const KernelTable& avx512_bf16_table() {
  static constexpr KernelTable kTable = table_of<VecAvx512Bf16>();
  return kTable;
}

}  // namespace lion::nn::kernels

#endif
