#pragma once
/// Four floats in the vector extension of GCC and clang: the SSE2 or NEON registers that every
/// 64-bit processor has. The interface is the one that the bodies (`*_body.h`) are written for.
/// Anonymous namespace on purpose: code of one instruction set must never be merged with another's.

#include <cstdint>
#include <cstring>

#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {
namespace {

struct VecPortable {
  using F = float __attribute__((vector_size(16)));
  using I = int32_t __attribute__((vector_size(16)));
  using U = uint32_t __attribute__((vector_size(16)));
  using H = uint16_t __attribute__((vector_size(8)));

  static constexpr int64_t kLanes = 4;
  static constexpr int kDotRows = 4;     ///< rows and ...
  static constexpr int kDotOutputs = 2;  ///< ... outputs whose sums have registers at a time

  static F set(float v) { return F{v, v, v, v}; }
  static F load(const float* p) {
    F v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  static F load(const Bf16* p) {
    H h;
    std::memcpy(&h, p, sizeof h);
    return as_float(__builtin_convertvector(h, U) << 16);
  }
  /// The first `count` <= kLanes elements, zeros behind.
  template <typename T>
  static F load(const T* p, int64_t count) {
    T part[kLanes] = {};
    std::memcpy(part, p, count * sizeof(T));
    return load(part);
  }
  static void store(float* p, F v) { std::memcpy(p, &v, sizeof v); }
  static void store(Bf16* p, F v) {
    const U bits = as_bits(v);
    const U rounded = (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
    const H h = __builtin_convertvector(v == v ? rounded : rounded * 0u + 0x7fc0u, H);
    std::memcpy(p, &h, sizeof h);
  }
  template <typename T>
  static void store(T* p, F v, int64_t count) {
    T part[kLanes];
    store(part, v);
    std::memcpy(p, part, count * sizeof(T));
  }

  static F add(F a, F b) { return a + b; }
  static F sub(F a, F b) { return a - b; }
  static F mul(F a, F b) { return a * b; }
  /// a * b + c, rounded once where the processor can.
  static F fma(F a, F b, F c) { return a * b + c; }
  static F abs(F a) { return as_float(as_bits(a) & 0x7fffffffu); }
  /// The larger one; b where one is not a number.
  static F max(F a, F b) { return a > b ? a : b; }
  static F where_less(F a, F b, F yes, F no) { return a < b ? yes : no; }
  /// a * 2^n; n is a whole number and the result a normal one.
  static F scale(F a, F n) {
    return a * as_float((U)((__builtin_convertvector(n, I) + 127) << 23));
  }
  static float sum(F a) { return (a[0] + a[1]) + (a[2] + a[3]); }

  /// Operands of a dot product: `dot(sum, a, b)` adds the products of all lanes, some per lane.
  static F dot_load(const float* p) { return load(p); }
  static U dot_load(const Bf16* p) {
    U v;
    std::memcpy(&v, p, sizeof v);
    return v;
  }
  static F dot(F sum, F a, F b) { return fma(a, b, sum); }
  static F dot(F sum, U a, U b) {
    sum = fma(as_float(a << 16), as_float(b << 16), sum);
    return fma(as_float(a & 0xffff0000u), as_float(b & 0xffff0000u), sum);
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
  static F as_float(U v) { return (F)v; }
  static U as_bits(F v) { return (U)v; }
};

}  // namespace
}  // namespace lion::nn::kernels
