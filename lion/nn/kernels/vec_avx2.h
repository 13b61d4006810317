#pragma once
/// Eight floats with AVX2 and FMA; the interface is explained in `vec_portable.h`.

#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {
namespace {

struct VecAvx2 {
  using F = __m256;

  static constexpr int64_t kLanes = 8;
  static constexpr int kDotRows = 4;
  static constexpr int kDotOutputs = 2;

  static F set(float v) { return _mm256_set1_ps(v); }
  static F load(const float* p) { return _mm256_loadu_ps(p); }
  static F load(const Bf16* p) {
    const __m128i h = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(h), 16));
  }
  template <typename T>
  static F load(const T* p, int64_t count) {
    T part[kLanes] = {};
    std::memcpy(part, p, count * sizeof(T));
    return load(part);
  }
  static void store(float* p, F v) { _mm256_storeu_ps(p, v); }
  static void store(Bf16* p, F v) {
    const __m256i bits = _mm256_castps_si256(v);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    __m256i h = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff)));
    h = _mm256_srli_epi32(h, 16);
    const __m256i nan = _mm256_castps_si256(_mm256_cmp_ps(v, v, _CMP_UNORD_Q));
    h = _mm256_blendv_epi8(h, _mm256_set1_epi32(0x7fc0), nan);
    h = _mm256_permute4x64_epi64(_mm256_packus_epi32(h, h), 0x08);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(h));
  }
  template <typename T>
  static void store(T* p, F v, int64_t count) {
    T part[kLanes];
    store(part, v);
    std::memcpy(p, part, count * sizeof(T));
  }

  static F add(F a, F b) { return _mm256_add_ps(a, b); }
  static F sub(F a, F b) { return _mm256_sub_ps(a, b); }
  static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
  static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }
  static F abs(F a) { return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), a); }
  static F max(F a, F b) { return _mm256_max_ps(a, b); }
  static F where_less(F a, F b, F yes, F no) {
    return _mm256_blendv_ps(no, yes, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
  }
  static F scale(F a, F n) {
    const __m256i power = _mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127));
    return _mm256_mul_ps(a, _mm256_castsi256_ps(_mm256_slli_epi32(power, 23)));
  }
  static float sum(F a) {
    __m128 v = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    v = _mm_add_ps(v, _mm_movehl_ps(v, v));
    return _mm_cvtss_f32(_mm_add_ss(v, _mm_movehdup_ps(v)));
  }

  static F dot_load(const float* p) { return load(p); }
  static __m256i dot_load(const Bf16* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static F dot(F sum, F a, F b) { return fma(a, b, sum); }
  static F dot(F sum, __m256i a, __m256i b) {
    sum = fma(even(a), even(b), sum);
    return fma(odd(a), odd(b), sum);
  }
  template <typename T>
  static constexpr int64_t kDotLanes = sizeof(F) / sizeof(T);
  template <typename T>
  static auto dot_load(const T* p, int64_t count) {
    T part[kDotLanes<T>] = {};
    std::memcpy(part, p, count * sizeof(T));
    return dot_load(part);
  }

 private:
  static F even(__m256i pairs) { return _mm256_castsi256_ps(_mm256_slli_epi32(pairs, 16)); }
  static F odd(__m256i pairs) {
    return _mm256_castsi256_ps(_mm256_and_si256(pairs, _mm256_set1_epi32(int(0xffff0000u))));
  }
};

}  // namespace
}  // namespace lion::nn::kernels
