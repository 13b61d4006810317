// Kernels of lion/nn/kernels beside ATen's operators, on the shapes of Flan-T5-XL.
// The best_ counters take the fastest pass, which other programs on the machine disturb least.
// best_GBps counts the weights once per pass: compare it with a plain read of memory.

#include <ATen/ATen.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "lion/nn/kernels/kernels.h"

namespace {

namespace kernels = lion::nn::kernels;
using at::Tensor;

/// Runs the benchmark and returns the seconds of its fastest pass.
template <typename Pass>
double fastest(benchmark::State& state, const Pass& pass) {
  double best = std::numeric_limits<double>::infinity();
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    pass();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    best = std::min(best, spent.count());
  }
  state.counters["best_us"] = best * 1e6;
  return best;
}

/// Matrices that together are far larger than the caches, to be walked in turn.
std::vector<Tensor> weights(int64_t outputs, int64_t width, at::ScalarType type) {
  constexpr int64_t kBytes = int64_t{512} << 20;
  const int64_t each = outputs * width * static_cast<int64_t>(at::elementSize(type));
  std::vector<Tensor> list;
  for (int64_t used = 0; used < kBytes; used += each) {
    list.push_back(at::randn({outputs, width}, at::kFloat).mul_(0.02).to(type));
  }
  return list;
}

template <typename Product>
void walk(benchmark::State& state, at::ScalarType type, const Product& product) {
  const c10::InferenceMode guard;
  const int64_t rows = state.range(0);
  const int64_t outputs = state.range(1);
  const int64_t width = state.range(2);
  const std::vector<Tensor> list = weights(outputs, width, type);
  const Tensor x = at::randn({rows, width}, at::kFloat).to(type);
  size_t next = 0;
  const double best = fastest(state, [&] {
    benchmark::DoNotOptimize(product(x, list[next]));
    next = (next + 1) % list.size();
  });
  state.counters["best_GBps"] = static_cast<double>(list[0].nbytes()) / best * 1e-9;
}

void gemv_bf16(benchmark::State& state) {
  walk(state, at::kBFloat16, [](const Tensor& x, const Tensor& w) {
    return kernels::gemv(x, w, std::nullopt, at::kBFloat16);
  });
}

void linear_bf16(benchmark::State& state) {
  walk(state, at::kBFloat16, [](const Tensor& x, const Tensor& w) { return at::linear(x, w); });
}

void gemv_float(benchmark::State& state) {
  walk(state, at::kFloat, [](const Tensor& x, const Tensor& w) {
    return kernels::gemv(x, w, std::nullopt, at::kFloat);
  });
}

void linear_float(benchmark::State& state) {
  walk(state, at::kFloat, [](const Tensor& x, const Tensor& w) { return at::linear(x, w); });
}

void shapes(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"rows", "outputs", "width"})->UseRealTime()->MinTime(0.4);
  for (const auto& [outputs, width] : std::vector<std::pair<int64_t, int64_t>>{
           {2048, 2048}, {5120, 2048}, {2048, 5120}, {32128, 2048}}) {
    for (const int64_t rows : {1, 5, 16, 17, 32, 40, 64}) bench->Args({rows, outputs, width});
  }
}

BENCHMARK(gemv_bf16)->Apply(shapes);
BENCHMARK(linear_bf16)->Apply(shapes);
BENCHMARK(gemv_float)->Apply(shapes);
BENCHMARK(linear_float)->Apply(shapes);

void rms_norm(benchmark::State& state) {
  const c10::InferenceMode guard;
  const Tensor x = at::randn({state.range(0), 2048});
  const Tensor weight = at::randn({2048});
  fastest(state,
          [&] { benchmark::DoNotOptimize(kernels::rms_norm(x, weight, 1e-6, at::kBFloat16)); });
}

void rms_norm_aten(benchmark::State& state) {
  const c10::InferenceMode guard;
  const Tensor x = at::randn({state.range(0), 2048});
  const Tensor weight = at::randn({2048});
  fastest(state, [&] {
    const Tensor scale = at::rsqrt(x.square().mean(-1, true) + 1e-6);
    benchmark::DoNotOptimize((weight * (x * scale)).to(at::kBFloat16));
  });
}

void layer_norm(benchmark::State& state) {
  const c10::InferenceMode guard;
  const Tensor x = at::randn({state.range(0), 1408});
  const Tensor weight = at::randn({1408});
  fastest(state, [&] {
    benchmark::DoNotOptimize(kernels::layer_norm(x, weight, weight, 1e-6, at::kBFloat16));
  });
}

void layer_norm_aten(benchmark::State& state) {
  const c10::InferenceMode guard;
  const Tensor x = at::randn({state.range(0), 1408});
  const Tensor weight = at::randn({1408});
  fastest(state, [&] {
    benchmark::DoNotOptimize(at::layer_norm(x, {1408}, weight, weight, 1e-6).to(at::kBFloat16));
  });
}

void gated_gelu(benchmark::State& state) {
  const c10::InferenceMode guard;
  const Tensor gate = at::randn({state.range(0), 5120}).to(at::kBFloat16);
  fastest(state, [&] { benchmark::DoNotOptimize(kernels::gated_gelu(gate, gate)); });
}

void gated_gelu_aten(benchmark::State& state) {
  const c10::InferenceMode guard;
  const Tensor gate = at::randn({state.range(0), 5120}).to(at::kBFloat16);
  fastest(state, [&] { benchmark::DoNotOptimize(at::gelu(gate) * gate); });
}

void gelu(benchmark::State& state) {
  const c10::InferenceMode guard;
  const Tensor x = at::randn({state.range(0), 6144}).to(at::kBFloat16);
  fastest(state, [&] { benchmark::DoNotOptimize(kernels::gelu(x)); });
}

void gelu_aten(benchmark::State& state) {
  const c10::InferenceMode guard;
  const Tensor x = at::randn({state.range(0), 6144}).to(at::kBFloat16);
  fastest(state, [&] { benchmark::DoNotOptimize(at::gelu(x)); });
}

BENCHMARK(rms_norm)->Arg(1)->Arg(350)->UseRealTime();
BENCHMARK(rms_norm_aten)->Arg(1)->Arg(350)->UseRealTime();
BENCHMARK(layer_norm)->Arg(1)->Arg(257)->UseRealTime();
BENCHMARK(layer_norm_aten)->Arg(1)->Arg(257)->UseRealTime();
BENCHMARK(gated_gelu)->Arg(1)->Arg(350)->UseRealTime();
BENCHMARK(gated_gelu_aten)->Arg(1)->Arg(350)->UseRealTime();
BENCHMARK(gelu)->Arg(1)->Arg(257)->UseRealTime();
BENCHMARK(gelu_aten)->Arg(1)->Arg(257)->UseRealTime();

template <typename Attention>
void attend(benchmark::State& state, const Attention& attention) {
  const c10::InferenceMode guard;
  const int64_t rows = state.range(0);
  const int64_t past = state.range(1);
  const auto options = at::TensorOptions(at::kBFloat16);
  const Tensor q = at::randn({rows, 32, 64}, options);
  const Tensor keys = at::randn({rows * past, 32, 64}, options);
  const Tensor values = at::randn({rows * past, 32, 64}, options);
  const Tensor bias = at::randn({32, past});
  std::vector<std::vector<int32_t>> slots(rows);
  for (int64_t i = 0; i < rows * past; ++i) slots[i % rows].push_back(static_cast<int32_t>(i));
  const std::vector<std::span<const int32_t>> spans(slots.begin(), slots.end());
  fastest(state, [&] { benchmark::DoNotOptimize(attention(q, keys, values, spans, bias)); });
}

void decode_attention(benchmark::State& state) {
  attend(state, [](const auto&... args) { return kernels::decode_attention(args...); });
}

void decode_attention_aten(benchmark::State& state) {
  attend(state, [](const auto&... args) { return kernels::decode_attention_reference(args...); });
}

BENCHMARK(decode_attention)->Args({1, 20})->Args({5, 20})->Args({5, 200})->UseRealTime();
BENCHMARK(decode_attention_aten)->Args({1, 20})->Args({5, 20})->Args({5, 200})->UseRealTime();

}  // namespace
