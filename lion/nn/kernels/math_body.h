#pragma once
/// exp and the normal distribution, lane by lane, and a loop that deals with a row's end.

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

/// e^x for x <= 0, within 1.5e-7 relative; 0 below -87.3, where floats stop being normal.
/// x = n ln 2 + r with |r| <= ln 2 / 2; e^r by interpolation of degree 6 at Chebyshev points
/// (relative error 2.6e-9).
template <typename V>
inline typename V::F exp_nonpositive(typename V::F x) {
  using F = typename V::F;
  const F lowest = V::set(-87.33654f);
  const F bounded = V::max(lowest, x);
  const F magic = V::set(12582912.0f);  // 1.5 * 2^23: adding it rounds to a whole number
  const F shifted = V::fma(bounded, V::set(1.44269504f), magic);
  const F n = V::add(shifted, V::set(-12582912.0f));
  F r = V::fma(n, V::set(-0.693359375f), bounded);  // ln 2 in two parts, the first with few bits
  r = V::fma(n, V::set(2.12194440e-4f), r);
  constexpr float kExp[] = {0.008375126398f, 0.0416663529f, 0.1666641551f,
                            0.5000000047f,   1.0f,          1.0f};
  F p = V::set(0.001394110843f);
  for (const float c : kExp) p = V::fma(p, r, V::set(c));
  return V::where_less(x, lowest, V::set(0.0f), V::scale(p, n));
}

/// Phi(x), the chance that a standard normal variable is below x, within 1e-7 absolute.
/// With a = |x| <= 6: Phi(-a) = exp(a Q(a)) / 2, where Q(a) = ln(erfc(a / sqrt 2)) / a is
/// interpolated at 11 Chebyshev points of [0, 6]. Beyond 6 it is below 1e-9 and taken for 0.
template <typename V>
inline typename V::F normal_cdf(typename V::F x) {
  using F = typename V::F;
  const F a = V::abs(x);
  constexpr float kQ[] = {-7.082147358e-8f, 1.163190063e-6f, -1.106328142e-5f, 6.553106444e-5f,
                          -2.214250879e-4f, 3.628420053e-5f, 4.788062457e-3f,  -3.633906601e-2f,
                          -3.183092790e-1f, -7.978845763e-1f};
  F q = V::set(1.910104927e-9f);
  for (const float c : kQ) q = V::fma(q, a, V::set(c));
  const F zero = V::set(0.0f);
  F tail = V::mul(exp_nonpositive<V>(V::mul(q, a)), V::set(0.5f));
  tail = V::where_less(V::set(6.0f), a, zero, tail);
  return V::where_less(x, zero, tail, V::fma(tail, V::set(-1.0f), V::set(1.0f)));
}

}  // namespace lion::nn::kernels
