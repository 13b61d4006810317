#pragma once
/// Products of few rows with a big matrix: bound by reading the matrix once, front to back. Every
/// sum has one accumulator that runs over k in the same order whatever the block, so a row's result
/// does not depend on what else is computed with it.

#include <cstdint>

#include "lion/nn/kernels/math_body.h"
#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {

/// Rows row..row+R-1 times outputs output..output+N-1: lines[r * V::kLanes + n] =
/// sum_k x[row+r,k] * weight[output+n,k].
template <typename V, typename T, int R, int N>
void gemv_block(const GemvTask& task, int64_t row, int64_t output, float* lines) {
  constexpr int64_t kChunk = kGemvChunkBytes / sizeof(T);
  constexpr int64_t kStep = V::template kDotLanes<T>;
  const int64_t width = task.width;
  const int64_t stride = task.rows * kChunk;
  const T* const x = static_cast<const T*>(task.x) + row * kChunk;
  const T* const w = static_cast<const T*>(task.weight) + output * width;
  typename V::F sums[R][N];
  for (auto& row_sums : sums) {
    for (auto& sum : row_sums) sum = V::set(0.0f);
  }
  const auto add = [&](int64_t k, auto... count) __attribute__((always_inline)) {
    decltype(V::dot_load(w)) columns[N];
#pragma GCC unroll 4
    for (int n = 0; n < N; ++n) columns[n] = V::dot_load(w + n * width + k, count...);
    const T* const values = x + k / kChunk * stride + k % kChunk;
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r) {
      const auto value = V::dot_load(values + r * kChunk);
#pragma GCC unroll 4
      for (int n = 0; n < N; ++n) sums[r][n] = V::dot(sums[r][n], value, columns[n]);
    }
  };
  // The hardware prefetcher stops at the end of a page, which is the end of a row of 2048 bf16.
  // Fetch the same place of the next block of outputs, into the second-level cache only: the first
  // is full of x.
  const T* const next = w + N * width;
  int64_t k = 0;
  for (; k + kStep <= width; k += kStep) {
#pragma GCC unroll 4
    for (int n = 0; n < N; ++n) __builtin_prefetch(next + n * width + k, 0, 2);
    add(k);
  }
  if (k < width) add(k, width - k);
  for (int r = 0; r < R; ++r) {
    for (int n = 0; n < N; ++n) lines[r * V::kLanes + n] = V::sum(sums[r][n]);
  }
}

/// All rows, in `groups` groups of G and of G - 1 rows.
template <typename V, typename T, int G, int N>
void gemv_all_rows(const GemvTask& task, int64_t groups, int64_t output, float* lines) {
  const int64_t big = (task.rows - groups * (G - 1)) * G;  // rows in groups of G
  int64_t row = 0;
  for (; row < big; row += G) {
    gemv_block<V, T, G, N>(task, row, output, lines + row * V::kLanes);
  }
  if constexpr (G > 1) {
    for (; row < task.rows; row += G - 1) {
      gemv_block<V, T, G - 1, N>(task, row, output, lines + row * V::kLanes);
    }
  }
}

template <typename V, typename T, int G>
void gemv_grouped(const GemvTask& task, int64_t groups, int64_t begin, int64_t end) {
  if constexpr (G > 1) {
    if (task.rows <= groups * (G - 1)) return gemv_grouped<V, T, G - 1>(task, groups, begin, end);
  }
  const T* const bias = static_cast<const T*>(task.bias);
  float lines[kMostGemvRows * V::kLanes] = {};
  for_each_vector<V>(begin, end, [&](int64_t output, auto... rest) {
    int count = V::kLanes;
    ((count = static_cast<int>(rest)), ...);
    int n = 0;
    for (; n + V::kDotOutputs <= count; n += V::kDotOutputs) {
      gemv_all_rows<V, T, G, V::kDotOutputs>(task, groups, output + n, lines + n);
    }
    for (; n < count; ++n) gemv_all_rows<V, T, G, 1>(task, groups, output + n, lines + n);
    for (int64_t row = 0; row < task.rows; ++row) {
      typename V::F y = V::load(lines + row * V::kLanes);
      if (bias != nullptr) y = V::add(y, V::load(bias + output, rest...));
      store_as<V>(task.out_type, task.out, row * task.outputs + output, y, count);
    }
  });
}

template <typename V>
void gemv_body(const GemvTask& task, int64_t begin, int64_t end) {
  const int64_t groups = (task.rows + V::kDotRows - 1) / V::kDotRows;
  if (task.type == Type::kBf16) {
    gemv_grouped<V, Bf16, V::kDotRows>(task, groups, begin, end);
  } else {
    gemv_grouped<V, float, V::kDotRows>(task, groups, begin, end);
  }
}

}  // namespace lion::nn::kernels
