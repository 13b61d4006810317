#pragma once
/// RMS norm and layer norm, and the gradient of the first: a row is read once from memory and then
/// from the cache.

#include <cstdint>

#include "lion/nn/kernels/math_body.h"
#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {

template <typename V, typename T, typename O>
void norm_row(const NormTask& task, const T* x, O* out) {
  using F = typename V::F;
  const int64_t width = task.width;
  const float* const weight = task.weight;
  const float* const bias = task.bias;
  float mean = 0.0f;
  if (bias != nullptr) {
    F sum = V::set(0.0f);
    for_each_vector<V>(
        0, width, [&](int64_t k, auto... count) { sum = V::add(V::load(x + k, count...), sum); });
    mean = V::sum(sum) / static_cast<float>(width);
  }
  const F shift = V::set(-mean);
  F squares = V::set(0.0f);
  for_each_vector<V>(0, width, [&](int64_t k, auto... count) {
    F d = V::add(V::load(x + k, count...), shift);
    if constexpr (sizeof...(count) > 0) d = first_lanes<V>(d, count...);
    squares = V::fma(d, d, squares);
  });
  const float variance = V::sum(squares) / static_cast<float>(width);
  const F scale = V::set(1.0f / __builtin_sqrtf(variance + task.eps));
  for_each_vector<V>(0, width, [&](int64_t k, auto... count) {
    const F d = V::add(V::load(x + k, count...), shift);
    const F y = V::mul(V::mul(d, scale), V::load(weight + k, count...));
    V::store(out + k, bias == nullptr ? y : V::add(y, V::load(bias + k, count...)), count...);
  });
}

template <typename V, typename T, typename O>
void norm_rows(const NormTask& task, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    norm_row<V>(task, static_cast<const T*>(task.x) + row * task.width,
                static_cast<O*>(task.out) + row * task.width);
  }
}

template <typename V, typename T>
void norm_gradient_rows(const NormGradientTask& task, int64_t begin, int64_t end,
                        float* weight_gradient) {
  using F = typename V::F;
  const int64_t width = task.width;
  const float* const weight = task.weight;
  for (int64_t row = begin; row < end; ++row) {
    const float* const x = task.x + row * width;
    const T* const gradient = static_cast<const T*>(task.gradient) + row * width;
    float* const out = task.x_gradient + row * width;
    F squares = V::set(0.0f), products = V::set(0.0f);
    for_each_vector<V>(0, width, [&](int64_t k, auto... count) {
      const F v = V::load(x + k, count...);
      const F g = V::mul(V::load(gradient + k, count...), V::load(weight + k, count...));
      squares = V::fma(v, v, squares);
      products = V::fma(g, v, products);
    });
    const float inverse =
        1.0f / __builtin_sqrtf(V::sum(squares) / static_cast<float>(width) + task.eps);
    const float share = V::sum(products) / static_cast<float>(width) * inverse * inverse;
    const F scale = V::set(inverse), along = V::set(-share);
    for_each_vector<V>(0, width, [&](int64_t k, auto... count) {
      const F v = V::load(x + k, count...);
      const F g = V::load(gradient + k, count...);
      const F across = V::fma(along, v, V::mul(g, V::load(weight + k, count...)));
      V::store(out + k, V::mul(scale, across), count...);
      V::store(weight_gradient + k,
               V::fma(g, V::mul(v, scale), V::load(weight_gradient + k, count...)), count...);
    });
  }
}

template <typename V>
void norm_gradient_body(const NormGradientTask& task, int64_t begin, int64_t end,
                        float* weight_gradient) {
  if (task.type == Type::kFloat) {
    norm_gradient_rows<V, float>(task, begin, end, weight_gradient);
  } else {
    norm_gradient_rows<V, Bf16>(task, begin, end, weight_gradient);
  }
}

template <typename V>
void norm_body(const NormTask& task, int64_t begin, int64_t end) {
  const bool wide_out = task.out_type == Type::kFloat;
  if (task.type == Type::kFloat) {
    wide_out ? norm_rows<V, float, float>(task, begin, end)
             : norm_rows<V, float, Bf16>(task, begin, end);
  } else {
    wide_out ? norm_rows<V, Bf16, float>(task, begin, end)
             : norm_rows<V, Bf16, Bf16>(task, begin, end);
  }
}

}  // namespace lion::nn::kernels
