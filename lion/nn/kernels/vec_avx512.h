#pragma once
/// Sixteen floats with AVX-512 F, BW, DQ, VL; the interface is explained in `vec_portable.h`.

#include <immintrin.h>

#include <cstdint>

#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {
namespace {

struct VecAvx512 {
  using F = __m512;

  static constexpr int64_t kLanes = 16;
  static constexpr int kDotRows = 6;
  static constexpr int kDotOutputs = 4;

  static F set(float v) { return _mm512_set1_ps(v); }
  static F load(const float* p) { return _mm512_loadu_ps(p); }
  static F load(const float* p, int64_t count) { return _mm512_maskz_loadu_ps(first(count), p); }
  static F load(const Bf16* p) {
    return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static F load(const Bf16* p, int64_t count) {
    return widen(_mm256_maskz_loadu_epi16(first(count), p));
  }
  static void store(float* p, F v) { _mm512_storeu_ps(p, v); }
  static void store(float* p, F v, int64_t count) { _mm512_mask_storeu_ps(p, first(count), v); }
  static void store(Bf16* p, F v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), narrow(v)); }
  static void store(Bf16* p, F v, int64_t count) {
    _mm256_mask_storeu_epi16(p, first(count), narrow(v));
  }

  static F add(F a, F b) { return _mm512_add_ps(a, b); }
  static F sub(F a, F b) { return _mm512_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }
  static F abs(F a) { return _mm512_abs_ps(a); }
  static F max(F a, F b) { return _mm512_max_ps(a, b); }
  static F where_less(F a, F b, F yes, F no) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), no, yes);
  }
  static F scale(F a, F n) { return _mm512_scalef_ps(a, n); }
  static float sum(F a) { return _mm512_reduce_add_ps(a); }

  static F dot_load(const float* p) { return load(p); }
  static F dot_load(const float* p, int64_t count) { return load(p, count); }
  static __m512i dot_load(const Bf16* p) { return _mm512_loadu_si512(p); }
  static __m512i dot_load(const Bf16* p, int64_t count) {
    return _mm512_maskz_loadu_epi16(__mmask32((uint32_t{1} << count) - 1), p);
  }
  static F dot(F sum, F a, F b) { return fma(a, b, sum); }
  static F dot(F sum, __m512i a, __m512i b) {
    sum = fma(even(a), even(b), sum);
    return fma(odd(a), odd(b), sum);
  }
  template <typename T>
  static constexpr int64_t kDotLanes = sizeof(F) / sizeof(T);

 protected:
  static __mmask16 first(int64_t count) { return __mmask16((uint32_t{1} << count) - 1); }

 private:
  static F widen(__m256i h) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(h), 16));
  }
  static __m256i narrow(F v) {
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i sum = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    const __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
    return _mm512_cvtepi32_epi16(
        _mm512_mask_mov_epi32(_mm512_srli_epi32(sum, 16), nan, _mm512_set1_epi32(0x7fc0)));
  }
  static F even(__m512i pairs) { return _mm512_castsi512_ps(_mm512_slli_epi32(pairs, 16)); }
  static F odd(__m512i pairs) {
    return _mm512_castsi512_ps(_mm512_and_si512(pairs, _mm512_set1_epi32(int(0xffff0000u))));
  }
};

}  // namespace
}  // namespace lion::nn::kernels
