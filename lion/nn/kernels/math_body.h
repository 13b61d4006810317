#pragma once
/// exp and GELU, lane by lane, and a loop that handles a row's end.

#include <cstdint>

#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {

/// Calls `step(at)` at every full vector of [begin, end), then `step(at, count)` for the rest.
template <typename V, typename Step>
inline void for_each_vector(int64_t begin, int64_t end, const Step& step) {
  for (; begin + V::kLanes <= end; begin += V::kLanes) step(begin);
  if (begin < end) step(begin, end - begin);
}

/// Keeps the first `count` lanes and clears the others.
template <typename V>
inline typename V::F first_lanes(typename V::F v, int64_t count) {
  float part[V::kLanes] = {};
  V::store(part, v, count);
  return V::load(part);
}

/// Writes the first `count` lanes to element `at` of `out`, an array of `type`.
template <typename V>
inline void store_as(Type type, void* out, int64_t at, typename V::F v, int64_t count) {
  if (type == Type::kBf16) {
    V::store(static_cast<Bf16*>(out) + at, v, count);
  } else {
    V::store(static_cast<float*>(out) + at, v, count);
  }
}

/// 2^x for -126 <= x <= 127, within 1e-7 relative. x = n + f with a whole n and |f| <= 1/2; 2^f by
/// interpolation of degree 6 at Chebyshev points.
template <typename V>
inline typename V::F power_of_two(typename V::F x) {
  using F = typename V::F;
  constexpr float kMagic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to a whole number
  constexpr float kPowers[] = {1.340042818e-3f, 9.618056679e-3f, 5.550327227e-2f,
                               0.2402265092f,   0.6931472067f,   1.0f};
  const F n = V::add(V::add(x, V::set(kMagic)), V::set(-kMagic));
  const F f = V::sub(x, n);
  F p = V::set(1.54614447e-4f);
  for (const float c : kPowers) p = V::fma(p, f, V::set(c));
  return V::scale(p, n);
}

/// e^x for x <= 0, within 2e-7 (1 + |x|) relative; 0 below -87, where floats stop being normal.
template <typename V>
inline typename V::F exp_nonpositive(typename V::F x) {
  using F = typename V::F;
  const F lowest = V::set(-87.0f);
  const F power = power_of_two<V>(V::mul(V::max(lowest, x), V::set(1.44269504f)));
  return V::where_less(x, lowest, V::set(0.0f), power);
}

/// scores <- exp(scores - top); returns their sum.
template <typename V>
float exponentials(float* scores, int64_t length, float top) {
  typename V::F sum = V::set(0.0f);
  for_each_vector<V>(0, length, [&](int64_t i, auto... count) {
    const typename V::F shifted = V::add(V::load(scores + i, count...), V::set(-top));
    typename V::F power = exp_nonpositive<V>(shifted);
    if constexpr (sizeof...(count) > 0) power = first_lanes<V>(power, count...);
    V::store(scores + i, power, count...);
    sum = V::add(sum, power);
  });
  return V::sum(sum);
}

/// x Phi(x), Phi(x) being the chance that a standard normal variable is below x; the error is at
/// most 1.2e-7 max(1, |x|). With a = |x| <= 5.6: Phi(-a) = 2^(a Q(a) - 1), where Q(a) =
/// log2(erfc(a / sqrt 2)) / a is interpolated at 10 Chebyshev points of [0, 5.6]. Beyond, Phi(-a)
/// is about 1e-8 and taken for 0. Then x Phi(x) = max(x, 0) - a Phi(-a) on both sides.
template <typename V>
inline typename V::F gelu_of(typename V::F x) {
  using F = typename V::F;
  constexpr float kQ[] = {
      7.412378874e-7f, -9.716064836e-6f, 6.935707426e-5f, -2.565099322e-4f, -4.353878076e-5f,
      6.991729927e-3f, -5.246361542e-2f, -0.4592167498f,  -1.151104306f,    -1.0f};
  const F zero = V::set(0.0f);
  const F a = V::abs(x);
  F t = V::set(-2.427142965e-8f);
  for (const float c : kQ) t = V::fma(t, a, V::set(c));
  const F tail = V::mul(a, power_of_two<V>(t));
  return V::sub(V::max(zero, x), V::where_less(V::set(5.6f), a, zero, tail));
}

}  // namespace lion::nn::kernels
