#pragma once
/// The sublayers of Flan-T5 with LION's adapters in every feed-forward. Source: T5 v1.1 (Raffel
/// 2020, Shazeer 2020) as the released code patches it; docs/architecture.md.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <string>

#include "lion/models/adapter.h"
#include "lion/models/relative_bias.h"
#include "lion/nn/activation.h"
#include "lion/nn/linear.h"
#include "lion/nn/norm.h"

namespace lion::models {

/// D width, H heads, K head width, F feed-forward width.
struct T5Config {
  int64_t d_model = 2048;  ///< D
  int64_t d_kv = 64;       ///< K
  int64_t num_heads = 32;  ///< H
  int64_t d_ff = 5120;     ///< F
  int64_t num_layers = 24;
  int64_t num_decoder_layers = 24;
  int64_t vocab_size = 32128;
  int64_t relative_attention_num_buckets = 32;
  int64_t relative_attention_max_distance = 128;
  double layer_norm_epsilon = 1e-6;
  /// "gelu" (erf, what the released code sets) or "gelu_new" (tanh, what Flan-T5 was trained with).
  std::string activation = "gelu";

  int64_t inner() const { return num_heads * d_kv; }
};

/// Projections of one attention; no biases and no division by sqrt(K) in T5.
/// Keys: {q,k,v,o}.weight, and relative_attention_bias.weight where `bias` is set.
class T5AttentionImpl : public torch::nn::Module {
 public:
  T5AttentionImpl(const T5Config& config, RelativeBias bias);

  /// x [B,T,D] queries, kv [B,S,D], bias broadcastable to [B,H,T,S] -> [B,T,D].
  at::Tensor forward(const at::Tensor& x, const at::Tensor& kv, const at::Tensor& bias) const;

  nn::Linear q, k, v, o;
  RelativeBias relative_attention_bias;  ///< null but in block 0 of each stack

 private:
  int64_t heads_;
};
TORCH_MODULE(T5Attention);

/// x + o(attention(RMS x)). Keys: SelfAttention.* or EncDecAttention.*, layer_norm.weight.
class T5AttentionLayerImpl : public torch::nn::Module {
 public:
  T5AttentionLayerImpl(const T5Config& config, const char* attention_key, RelativeBias bias);

  /// Self attention: x [B,S,D] float32 -> [B,S,D] float32.
  at::Tensor self(const at::Tensor& x, const at::Tensor& bias) const;
  /// Cross attention to encoder_output [B,S,D], which is not normalised again.
  at::Tensor cross(const at::Tensor& x, const at::Tensor& encoder_output,
                   const at::Tensor& bias) const;

  /// RMS x in the type that the projections read.
  at::Tensor normed(const at::Tensor& x) const;

  T5Attention attention;
  nn::RmsNorm layer_norm;
};
TORCH_MODULE(T5AttentionLayer);

/// x + wo(act(wi_0 n) * wi_1 n) + A(x), n = RMS x. The adapters read x before the norm.
class T5FeedForwardImpl : public torch::nn::Module {
 public:
  T5FeedForwardImpl(const T5Config& config, const AdapterConfig& adapter_config);
  /// x [B,S,D] float32, level [B] int64 -> [B,S,D] float32.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& level,
                     nn::Rows rows = nn::Rows::kTogether) const;

  nn::Linear wi_0, wi_1, wo;
  nn::RmsNorm layer_norm;
  AdapterRouter adapter{nullptr};  ///< null without adapters

 private:
  nn::Gelu gelu_;
};
TORCH_MODULE(T5FeedForward);

}  // namespace lion::models
