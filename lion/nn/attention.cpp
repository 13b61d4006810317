#include "lion/nn/attention.h"

#include <torch/torch.h>

#include <numeric>
#include <vector>

#include "lion/nn/dropout.h"
#include "lion/nn/inference.h"
#include "lion/nn/kernels/kernels.h"

namespace lion::nn {

at::Tensor split_heads(const at::Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

at::Tensor merge_heads(const at::Tensor& x) {
  return x.transpose(1, 2).reshape({x.size(0), x.size(2), x.size(1) * x.size(3)});
}

namespace {

/// Where the bias itself is trained, ATen has no fused kernel, and its plain one goes over the
/// scores five more times to guard rows that are masked by -inf, which ours never are.
at::Tensor trained_bias_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                  double scale, const at::Tensor& bias) {
  at::Tensor scores = at::matmul(q, k.transpose(-2, -1)).to(at::kFloat);  // [B,H,T,S]
  if (scale != 1.0) scores = scores * scale;
  const at::Tensor shares = dropout(at::softmax(scores + bias, -1));
  return at::matmul(shares.to(v.scalar_type()), v);
}

}  // namespace

at::Tensor attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double scale,
                     const at::Tensor& bias) {
  if (bias.defined() && bias.requires_grad()) return trained_bias_attention(q, k, v, scale, bias);
  const auto mask = bias.defined() ? std::optional(bias) : std::nullopt;
  return at::scaled_dot_product_attention(q, k, v, mask, dropout_rate(), /*is_causal=*/false,
                                          scale);
}

at::Tensor step_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                          std::span<const std::span<const int32_t>> slots, const at::Tensor& bias) {
  if (use_cpu_kernel({q, keys, values}))
    return kernels::decode_attention(q, keys, values, slots, bias);
  return kernels::decode_attention_reference(q, keys, values, slots, bias);
}

at::Tensor shared_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values) {
  const int64_t s = keys.size(0);
  if (use_cpu_kernel({q, keys, values})) {
    std::vector<int32_t> all(static_cast<size_t>(s));
    std::iota(all.begin(), all.end(), 0);
    const std::vector<std::span<const int32_t>> slots(static_cast<size_t>(q.size(0)), all);
    return kernels::decode_attention(q, keys, values, slots, at::zeros({q.size(1), s}));
  }
  // The rows are the queries of one attention: [1,H,R,K] against [1,H,S,K].
  const auto heads_first = [](const at::Tensor& x) { return x.transpose(0, 1).unsqueeze(0); };
  return attention(heads_first(q), heads_first(keys), heads_first(values), 1.0)
      .squeeze(0)
      .transpose(0, 1)
      .contiguous();
}

at::Tensor key_mask(const at::Tensor& keep, double low) {
  return (1.0 - keep.to(at::kFloat)).mul(low).unsqueeze(1).unsqueeze(1);  // [B,1,1,S]
}

}  // namespace lion::nn
