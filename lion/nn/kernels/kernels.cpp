#include "lion/nn/kernels/kernels.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/nn/kernels/checks.h"
#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {
namespace {

static_assert(kMaxGemvRows == kMostGemvRows);

/// Starting the threads costs about 5 us; below this many elements each, one is faster.
constexpr int64_t kElementsPerThread = 32768;

int64_t grain(int64_t elements_per_item) {
  return std::max<int64_t>(1, kElementsPerThread / std::max<int64_t>(1, elements_per_item));
}

/// Outputs whose weights a group of rows reads before the next group does: they stay in the second-
/// level cache for it. Whole vectors of outputs, as their ends are slow.
int64_t outputs_per_pass(int64_t row_bytes) {
  constexpr int64_t kBytes = 128 << 10;
  constexpr int64_t kLanes = 16;
  return std::max<int64_t>(1, kBytes / std::max<int64_t>(1, row_bytes * kLanes)) * kLanes;
}

/// x [R,K] with the chunks of all rows side by side, as `GemvTask` wants it. Rows of a power of two
/// would compete for the same few places of the cache.
at::Tensor pack(const at::Tensor& x) {
  const auto row_bytes = static_cast<int64_t>(x.size(1) * x.element_size());
  if (x.size(0) == 1 && row_bytes % kGemvChunkBytes == 0) return x;
  const int64_t chunks = (row_bytes + kGemvChunkBytes - 1) / kGemvChunkBytes;
  at::Tensor packed = at::empty({chunks, x.size(0), kGemvChunkBytes}, at::kByte);
  auto* to = packed.mutable_data_ptr<uint8_t>();
  const auto* const from = static_cast<const uint8_t*>(x.const_data_ptr());
  for (int64_t at = 0; at < row_bytes; at += kGemvChunkBytes) {
    const int64_t bytes = std::min(kGemvChunkBytes, row_bytes - at);
    for (int64_t row = 0; row < x.size(0); ++row, to += kGemvChunkBytes) {
      std::memcpy(to, from + row * row_bytes + at, bytes);
      std::memset(to + bytes, 0, kGemvChunkBytes - bytes);
    }
  }
  return packed;
}

at::Tensor norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor* bias, double eps,
                at::ScalarType out_type, Isa isa) {
  const bool centred = bias != nullptr;
  check_dense(x, centred ? "layer_norm: x" : "rms_norm: x");
  const int64_t width = x.dim() > 0 ? x.size(-1) : 1;
  const auto check_vector = [width](const at::Tensor& v, const char* name) {
    check_dense(v, name);
    check_sizes(v, std::span(&width, 1), name);
    check_type(v, at::kFloat, name);
  };
  check_vector(weight, centred ? "layer_norm: weight" : "rms_norm: weight");
  if (centred) check_vector(*bias, "layer_norm: bias");

  NormTask task{};
  task.type = type_of(x.scalar_type(), centred ? "layer_norm: x" : "rms_norm: x");
  task.out_type = type_of(out_type, centred ? "layer_norm: out_type" : "rms_norm: out_type");
  at::Tensor out = at::empty(x.sizes(), x.options().dtype(out_type));
  task.x = x.const_data_ptr();
  task.weight = weight.const_data_ptr<float>();
  task.bias = centred ? bias->const_data_ptr<float>() : nullptr;
  task.out = out.mutable_data_ptr();
  task.width = width;
  task.eps = static_cast<float>(eps);
  const KernelTable& kernels = table(isa);
  if (x.numel() == 0) return out;
  at::parallel_for(0, x.numel() / width, grain(width),
                   [&](int64_t begin, int64_t end) { kernels.norm(task, begin, end); });
  return out;
}

at::Tensor gated(const at::Tensor& gate, const at::Tensor* value, Isa isa) {
  check_dense(gate, value == nullptr ? "gelu: x" : "gated_gelu: gate");
  GeluTask task{};
  task.type = type_of(gate.scalar_type(), value == nullptr ? "gelu: x" : "gated_gelu: gate");
  if (value != nullptr) {
    check_dense(*value, "gated_gelu: value");
    check_sizes(*value, gate.sizes().vec(), "gated_gelu: value");
    check_type(*value, gate.scalar_type(), "gated_gelu: value");
    task.value = value->const_data_ptr();
  }
  at::Tensor out = at::empty_like(gate);
  task.gate = gate.const_data_ptr();
  task.out = out.mutable_data_ptr();
  const KernelTable& kernels = table(isa);
  at::parallel_for(0, gate.numel(), grain(1),
                   [&](int64_t begin, int64_t end) { kernels.gelu(task, begin, end); });
  return out;
}

}  // namespace

at::Tensor gemv(const at::Tensor& x, const at::Tensor& weight,
                const std::optional<at::Tensor>& bias, at::ScalarType out_type, Isa isa) {
  constexpr int64_t kAny = -1;
  check_dense(x, "gemv: x");
  check_sizes(x, std::vector<int64_t>{kAny, kAny}, "gemv: x");
  if (x.size(0) < 1) {
    throw InputError(str("gemv: x has no rows (got ", describe(x),
                         ", expected 1 or more rows). Leave the call out."));
  }
  check_dense(weight, "gemv: weight");
  check_sizes(weight, std::vector<int64_t>{kAny, x.size(1)}, "gemv: weight");
  check_type(weight, x.scalar_type(), "gemv: weight");

  GemvTask task{};
  task.type = type_of(x.scalar_type(), "gemv: x");
  task.out_type = type_of(out_type, "gemv: out_type");
  if (task.type == Type::kFloat && task.out_type != Type::kFloat) {
    throw InputError(
        "gemv: out_type is narrower than the inputs (got BFloat16, expected Float). "
        "Ask for Float and convert the result.");
  }
  task.weight = weight.const_data_ptr();
  task.width = x.size(1);
  task.outputs = weight.size(0);
  if (bias.has_value()) {
    check_dense(*bias, "gemv: bias");
    check_sizes(*bias, std::span(&task.outputs, 1), "gemv: bias");
    check_type(*bias, x.scalar_type(), "gemv: bias");
    task.bias = bias->const_data_ptr();
  }
  at::Tensor out = at::empty({x.size(0), task.outputs}, x.options().dtype(out_type));
  std::vector<GemvTask> groups;
  std::vector<at::Tensor> packed;
  for (int64_t row = 0; row < x.size(0); row += kMaxGemvRows) {
    task.rows = std::min(kMaxGemvRows, x.size(0) - row);
    packed.push_back(pack(x.narrow(0, row, task.rows)));
    task.x = packed.back().const_data_ptr();
    task.out = out.narrow(0, row, task.rows).mutable_data_ptr();
    groups.push_back(task);
  }
  const KernelTable& kernels = table(isa);
  const int64_t pass = groups.size() == 1
                           ? task.outputs
                           : outputs_per_pass(task.width * static_cast<int64_t>(x.element_size()));
  at::parallel_for(0, task.outputs, grain(task.width * static_cast<int64_t>(groups.size())),
                   [&](int64_t begin, int64_t end) {
                     for (; begin < end; begin += pass) {
                       for (const GemvTask& group : groups) {
                         kernels.gemv(group, begin, std::min(end, begin + pass));
                       }
                     }
                   });
  return out;
}

at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight, double eps,
                    at::ScalarType out_type, Isa isa) {
  return norm(x, weight, nullptr, eps, out_type, isa);
}

at::Tensor layer_norm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                      double eps, at::ScalarType out_type, Isa isa) {
  return norm(x, weight, &bias, eps, out_type, isa);
}

NormGradients rms_norm_gradients(const at::Tensor& gradient, const at::Tensor& x,
                                 const at::Tensor& weight, double eps, Isa isa) {
  check_dense(gradient, "rms_norm_gradients: gradient");
  check_dense(x, "rms_norm_gradients: x");
  check_sizes(x, gradient.sizes().vec(), "rms_norm_gradients: x");
  check_type(x, at::kFloat, "rms_norm_gradients: x");
  check_dense(weight, "rms_norm_gradients: weight");
  const int64_t width = x.dim() > 0 ? x.size(-1) : 1;
  check_sizes(weight, std::span(&width, 1), "rms_norm_gradients: weight");
  check_type(weight, at::kFloat, "rms_norm_gradients: weight");

  NormGradientTask task{};
  task.type = type_of(gradient.scalar_type(), "rms_norm_gradients: gradient");
  NormGradients out{at::empty_like(x), {}};
  task.gradient = gradient.const_data_ptr();
  task.x = x.const_data_ptr<float>();
  task.weight = weight.const_data_ptr<float>();
  task.x_gradient = out.x.mutable_data_ptr<float>();
  task.width = width;
  task.eps = static_cast<float>(eps);
  const KernelTable& kernels = table(isa);
  const int64_t rows = x.numel() / std::max<int64_t>(1, width);
  // Sums of as many rows each, whatever the number of threads: the result depends on the rows
  // alone.
  const int64_t share = grain(width), shares = (rows + share - 1) / share;
  const at::Tensor parts = at::zeros({shares, width}, weight.options());
  auto* const sums = parts.mutable_data_ptr<float>();
  at::parallel_for(0, shares, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      kernels.norm_gradient(task, i * share, std::min(rows, (i + 1) * share), sums + i * width);
    }
  });
  out.weight = parts.sum(0);
  return out;
}

at::Tensor softmax(const at::Tensor& scores, double scale, const at::Tensor& bias, Isa isa) {
  constexpr int64_t kAny = -1;
  check_dense(scores, "softmax: scores");
  check_sizes(scores, std::vector<int64_t>{kAny, kAny, kAny, kAny}, "softmax: scores");
  check_type(bias, at::kFloat, "softmax: bias");
  SoftmaxTask task{};
  task.type = type_of(scores.scalar_type(), "softmax: scores");
  const at::Tensor everywhere = bias.expand(scores.sizes());
  const at::Tensor dense = everywhere.stride(3) == 1 ? everywhere : everywhere.contiguous();
  at::Tensor out = at::empty_like(scores);
  task.scores = scores.const_data_ptr();
  task.bias = dense.const_data_ptr<float>();
  task.out = out.mutable_data_ptr();
  task.heads = scores.size(1);
  task.rows = scores.size(2);
  task.width = scores.size(3);
  task.scale = static_cast<float>(scale);
  for (int64_t i = 0; i < 3; ++i) task.bias_strides[i] = dense.stride(i);
  const KernelTable& kernels = table(isa);
  if (scores.numel() == 0) return out;
  at::parallel_for(0, scores.numel() / task.width, grain(task.width),
                   [&](int64_t begin, int64_t end) {
                     std::vector<float> row(static_cast<size_t>(task.width));
                     kernels.softmax(task, begin, end, row.data());
                   });
  return out;
}

SoftmaxGradients softmax_gradients(const at::Tensor& gradient, const at::Tensor& result,
                                   double scale, bool for_bias, Isa isa) {
  check_dense(gradient, "softmax_gradients: gradient");
  check_dense(result, "softmax_gradients: result");
  check_sizes(result, gradient.sizes().vec(), "softmax_gradients: result");
  check_type(result, gradient.scalar_type(), "softmax_gradients: result");
  SoftmaxGradientTask task{};
  task.type = type_of(gradient.scalar_type(), "softmax_gradients: gradient");
  SoftmaxGradients out{at::empty_like(result), {}};
  if (for_bias) out.bias = at::empty(result.sizes(), result.options().dtype(at::kFloat));
  task.result = result.const_data_ptr();
  task.gradient = gradient.const_data_ptr();
  task.out = out.scores.mutable_data_ptr();
  task.bias_out = for_bias ? out.bias.mutable_data_ptr<float>() : nullptr;
  task.width = result.size(-1);
  task.scale = static_cast<float>(scale);
  const KernelTable& kernels = table(isa);
  if (result.numel() == 0) return out;
  at::parallel_for(0, result.numel() / task.width, grain(task.width),
                   [&](int64_t begin, int64_t end) { kernels.softmax_gradient(task, begin, end); });
  return out;
}

at::Tensor gelu(const at::Tensor& x, Isa isa) { return gated(x, nullptr, isa); }

at::Tensor gated_gelu(const at::Tensor& gate, const at::Tensor& value, Isa isa) {
  return gated(gate, &value, isa);
}

at::Tensor decode_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                            std::span<const std::span<const int32_t>> slots, const at::Tensor& bias,
                            Isa isa) {
  check_dense(q, "decode_attention: q");
  check_dense(keys, "decode_attention: keys");
  check_dense(values, "decode_attention: values");
  check_dense(bias, "decode_attention: bias");
  const int64_t longest = check_attention(q, keys, values, slots, bias);

  AttentionTask task{};
  task.type = type_of(q.scalar_type(), "decode_attention: q");
  at::Tensor out = at::empty_like(q);
  task.q = q.const_data_ptr();
  task.keys = keys.const_data_ptr();
  task.values = values.const_data_ptr();
  task.bias = bias.const_data_ptr<float>();
  task.out = out.mutable_data_ptr();
  task.heads = q.size(1);
  task.width = q.size(2);
  task.bias_stride = bias.size(1);
  const KernelTable& kernels = table(isa);
  at::parallel_for(0, q.size(0) * task.heads, grain(2 * longest * task.width),
                   [&](int64_t begin, int64_t end) {
                     std::vector<float> scores(longest);
                     for (int64_t item = begin; item < end; ++item) {
                       const int64_t row = item / task.heads;
                       kernels.attention(task, row, item % task.heads, slots[row].data(),
                                         static_cast<int64_t>(slots[row].size()), scores.data());
                     }
                   });
  return out;
}

}  // namespace lion::nn::kernels
