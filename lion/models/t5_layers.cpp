#include "lion/models/t5_layers.h"

#include <torch/torch.h>

#include "lion/nn/activation.h"
#include "lion/nn/attention.h"
#include "lion/nn/dropout.h"
#include "lion/nn/parameter.h"

namespace lion::models {

using at::Tensor;
using nn::Bias;

T5AttentionImpl::T5AttentionImpl(const T5Config& config, RelativeBias bias)
    : q(config.d_model, config.inner(), Bias::kNo),
      k(config.d_model, config.inner(), Bias::kNo),
      v(config.d_model, config.inner(), Bias::kNo),
      o(config.inner(), config.d_model, Bias::kNo),
      relative_attention_bias(std::move(bias)),
      heads_(config.num_heads) {
  register_module("q", q);
  register_module("k", k);
  register_module("v", v);
  register_module("o", o);
  if (relative_attention_bias) register_module("relative_attention_bias", relative_attention_bias);
}

Tensor T5AttentionImpl::forward(const Tensor& x, const Tensor& kv, const Tensor& bias) const {
  const Tensor queries = nn::split_heads(q->forward(x), heads_);  // [B,H,T,K]
  const Tensor keys = nn::split_heads(k->forward(kv), heads_);    // [B,H,S,K]
  const Tensor values = nn::split_heads(v->forward(kv), heads_);  // [B,H,S,K]
  return o->forward(nn::merge_heads(nn::attention(queries, keys, values, 1.0, bias)));
}

T5AttentionLayerImpl::T5AttentionLayerImpl(const T5Config& config, const char* attention_key,
                                           RelativeBias bias)
    : attention(config, std::move(bias)), layer_norm(config.d_model, config.layer_norm_epsilon) {
  register_module(attention_key, attention);
  register_module("layer_norm", layer_norm);
}

Tensor T5AttentionLayerImpl::normed(const Tensor& x) const {
  return layer_norm->forward(x, attention->q->compute_type());
}

Tensor T5AttentionLayerImpl::self(const Tensor& x, const Tensor& bias) const {
  const Tensor n = normed(x);
  return x + nn::dropout(attention->forward(n, n, bias));
}

Tensor T5AttentionLayerImpl::cross(const Tensor& x, const Tensor& encoder_output,
                                   const Tensor& bias) const {
  return x + nn::dropout(attention->forward(normed(x), encoder_output, bias));
}

T5FeedForwardImpl::T5FeedForwardImpl(const T5Config& config, const AdapterConfig& adapter_config)
    : wi_0(config.d_model, config.d_ff, Bias::kNo),
      wi_1(config.d_model, config.d_ff, Bias::kNo),
      wo(config.d_ff, config.d_model, Bias::kNo),
      layer_norm(config.d_model, config.layer_norm_epsilon),
      gelu_(config.activation == "gelu_new" ? nn::Gelu::kTanh : nn::Gelu::kErf) {
  nn::add_group(*this, "DenseReluDense",
                {{"wi_0", wi_0.ptr()}, {"wi_1", wi_1.ptr()}, {"wo", wo.ptr()}});
  register_module("layer_norm", layer_norm);
  if (adapter_config.count > 0) {
    adapter = register_module("adapter", AdapterRouter(config.d_model, adapter_config));
  }
}

Tensor T5FeedForwardImpl::forward(const Tensor& x, const Tensor& level, nn::Rows rows) const {
  const Tensor n = layer_norm->forward(x, wi_0->compute_type());
  const Tensor gate = wi_0->forward(n, rows);   // [B,S,F]
  const Tensor value = wi_1->forward(n, rows);  // [B,S,F]
  const Tensor gated = nn::dropout(nn::gated_gelu(gate, value, gelu_, rows));
  const Tensor y = x + nn::dropout(wo->forward(gated, rows));  // [B,S,D]
  return adapter ? y + adapter->forward(x, level, rows) : y;
}

}  // namespace lion::models
