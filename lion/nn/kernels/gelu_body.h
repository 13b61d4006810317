#pragma once
/// gelu(gate) * value with the exact (erf) GELU, x Phi(x); computed in float, rounded once.

#include <cstdint>

#include "lion/nn/kernels/math_body.h"
#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {

template <typename V, typename T>
void gelu_range(const GeluTask& task, int64_t begin, int64_t end) {
  const T* const gate = static_cast<const T*>(task.gate);
  const T* const value = static_cast<const T*>(task.value);
  T* const out = static_cast<T*>(task.out);
  for_each_vector<V>(begin, end, [&](int64_t k, auto... count) {
    typename V::F y = gelu_of<V>(V::load(gate + k, count...));
    if (value != nullptr) y = V::mul(y, V::load(value + k, count...));
    V::store(out + k, y, count...);
  });
}

template <typename V>
void gelu_body(const GeluTask& task, int64_t begin, int64_t end) {
  if (task.type == Type::kFloat) {
    gelu_range<V, float>(task, begin, end);
  } else {
    gelu_range<V, Bf16>(task, begin, end);
  }
}

}  // namespace lion::nn::kernels
