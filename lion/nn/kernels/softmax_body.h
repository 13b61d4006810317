#pragma once
/// Softmax of scores with a bias, and its gradient; computed in float, rounded once.

#include <cstdint>

#include "lion/nn/kernels/math_body.h"
#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {

template <typename V>
float largest(const float* values, int64_t length) {
  typename V::F tops = V::set(-__builtin_inff());
  float top = -__builtin_inff();
  const auto raise = [&top](float value) { top = value > top ? value : top; };
  int64_t k = 0;
  for (; k + V::kLanes <= length; k += V::kLanes) tops = V::max(tops, V::load(values + k));
  float lanes[V::kLanes];
  V::store(lanes, tops);
  for (const float lane : lanes) raise(lane);
  for (; k < length; ++k) raise(values[k]);
  return top;
}

template <typename V, typename T>
void softmax_rows(const SoftmaxTask& task, int64_t begin, int64_t end, float* row) {
  const int64_t width = task.width;
  const auto factor = V::set(task.scale);
  for (int64_t r = begin; r < end; ++r) {
    const T* const scores = static_cast<const T*>(task.scores) + r * width;
    T* const out = static_cast<T*>(task.out) + r * width;
    const int64_t head = r / task.rows;
    const float* const bias = task.bias + head / task.heads * task.bias_strides[0] +
                              head % task.heads * task.bias_strides[1] +
                              r % task.rows * task.bias_strides[2];
    for_each_vector<V>(0, width, [&](int64_t k, auto... count) {
      V::store(row + k, V::fma(V::load(scores + k, count...), factor, V::load(bias + k, count...)),
               count...);
    });
    const auto scale = V::set(1.0f / exponentials<V>(row, width, largest<V>(row, width)));
    for_each_vector<V>(0, width, [&](int64_t k, auto... count) {
      V::store(out + k, V::mul(V::load(row + k, count...), scale), count...);
    });
  }
}

template <typename V>
void softmax_body(const SoftmaxTask& task, int64_t begin, int64_t end, float* row) {
  if (task.type == Type::kFloat) {
    softmax_rows<V, float>(task, begin, end, row);
  } else {
    softmax_rows<V, Bf16>(task, begin, end, row);
  }
}

template <typename V, typename T>
void softmax_gradient_rows(const SoftmaxGradientTask& task, int64_t begin, int64_t end) {
  using F = typename V::F;
  const int64_t width = task.width;
  const F factor = V::set(task.scale);
  for (int64_t r = begin; r < end; ++r) {
    const T* const result = static_cast<const T*>(task.result) + r * width;
    const T* const gradient = static_cast<const T*>(task.gradient) + r * width;
    T* const out = static_cast<T*>(task.out) + r * width;
    F sum = V::set(0.0f);
    for_each_vector<V>(0, width, [&](int64_t k, auto... count) {
      sum = V::fma(V::load(result + k, count...), V::load(gradient + k, count...), sum);
    });
    const F mean = V::set(V::sum(sum));
    for_each_vector<V>(0, width, [&](int64_t k, auto... count) {
      const F d =
          V::mul(V::load(result + k, count...), V::sub(V::load(gradient + k, count...), mean));
      V::store(out + k, V::mul(d, factor), count...);
      if (task.bias_out != nullptr) V::store(task.bias_out + r * width + k, d, count...);
    });
  }
}

template <typename V>
void softmax_gradient_body(const SoftmaxGradientTask& task, int64_t begin, int64_t end) {
  if (task.type == Type::kFloat) {
    softmax_gradient_rows<V, float>(task, begin, end);
  } else {
    softmax_gradient_rows<V, Bf16>(task, begin, end);
  }
}

}  // namespace lion::nn::kernels
