#pragma once
/// The post-norm BERT sublayers that Q-Former, vision aggregator and tagging head share.
/// Source: BERT (Devlin 2018) as in the released code; docs/architecture.md.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "lion/nn/linear.h"
#include "lion/nn/norm.h"

namespace lion::models {

/// LN(dense(attention(x, kv)) + x). Keys: self.{query,key,value}.*, output.{dense,LayerNorm}.*
class BertAttentionImpl : public torch::nn::Module {
 public:
  BertAttentionImpl(int64_t width, int64_t heads, double eps, int64_t kv_width);

  /// x [B,T,width] float32, kv [B,S,kv_width], bias broadcastable to [B,heads,T,S] or undefined ->
  /// [B,T,width] float32. Self attention: pass x twice.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& kv, const at::Tensor& bias = {}) const;

  nn::Linear query, key, value, dense;
  nn::LayerNorm norm;

 private:
  int64_t heads_;
};
TORCH_MODULE(BertAttention);

/// LN(dense2(erf-GELU(dense1(x))) + x). Its keys lie beside each other in the owner:
/// <inner>.dense.*, <output>.{dense,LayerNorm}.*
class BertFeedForward {
 public:
  BertFeedForward(torch::nn::Module& owner, const char* inner_key, const char* output_key,
                  int64_t width, int64_t inner_width, double eps);

  /// x [B,T,width] float32 -> [B,T,width] float32.
  at::Tensor forward(const at::Tensor& x) const;

  nn::Linear inner, outer;
  nn::LayerNorm norm;
};

}  // namespace lion::models
