#pragma once
/// One query of one head over its row's keys and values, wherever they lie in the pool.

#include <cstdint>

#include "lion/nn/kernels/math_body.h"
#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {

template <typename V, typename T>
float dot_product(const T* a, const T* b, int64_t width) {
  constexpr int64_t kStep = V::template kDotLanes<T>;
  typename V::F sum = V::set(0.0f);
  int64_t k = 0;
  for (; k + kStep <= width; k += kStep) {
    sum = V::dot(sum, V::dot_load(a + k), V::dot_load(b + k));
  }
  if (k < width) sum = V::dot(sum, V::dot_load(a + k, width - k), V::dot_load(b + k, width - k));
  return V::sum(sum);
}

template <typename V, typename T>
void attention_head(const AttentionTask& task, int64_t row, int64_t head, const int32_t* slots,
                    int64_t length, float* scores) {
  using F = typename V::F;
  const int64_t width = task.width;
  const int64_t stride = task.heads * width;
  const T* const q = static_cast<const T*>(task.q) + row * stride + head * width;
  const T* const keys = static_cast<const T*>(task.keys) + head * width;
  const T* const values = static_cast<const T*>(task.values) + head * width;
  const float* const bias = task.bias + head * task.bias_stride;
  T* const out = static_cast<T*>(task.out) + row * stride + head * width;

  float top = -__builtin_inff();
  for (int64_t i = 0; i < length; ++i) {
    scores[i] = dot_product<V>(q, keys + slots[i] * stride, width) + bias[length - 1 - i];
    top = scores[i] > top ? scores[i] : top;
  }
  const F scale = V::set(1.0f / exponentials<V>(scores, length, top));

  constexpr int64_t kSums = 4;  // hides the latency of one sum behind the others
  int64_t k = 0;
  for (; k + kSums * V::kLanes <= width; k += kSums * V::kLanes) {
    F sums[kSums];
    for (F& sum : sums) sum = V::set(0.0f);
    for (int64_t i = 0; i < length; ++i) {
      const T* const value = values + slots[i] * stride + k;
      const F weight = V::set(scores[i]);
      for (int64_t s = 0; s < kSums; ++s) {
        sums[s] = V::fma(weight, V::load(value + s * V::kLanes), sums[s]);
      }
    }
    for (int64_t s = 0; s < kSums; ++s) V::store(out + k + s * V::kLanes, V::mul(sums[s], scale));
  }
  for_each_vector<V>(k, width, [&](int64_t at, auto... count) {
    F sum = V::set(0.0f);
    for (int64_t i = 0; i < length; ++i) {
      sum = V::fma(V::set(scores[i]), V::load(values + slots[i] * stride + at, count...), sum);
    }
    V::store(out + at, V::mul(sum, scale), count...);
  });
}

template <typename V>
void attention_body(const AttentionTask& task, int64_t row, int64_t head, const int32_t* slots,
                    int64_t length, float* scores) {
  if (task.type == Type::kFloat) {
    attention_head<V, float>(task, row, head, slots, length, scores);
  } else {
    attention_head<V, Bf16>(task, row, head, slots, length, scores);
  }
}

}  // namespace lion::nn::kernels
