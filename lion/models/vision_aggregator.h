#pragma once
/// Vision aggregator: mixes three depths of the vision encoder into fine, spatial tokens
/// (region-level branch). Source: LION section 3.2, with the residuals and post-norms of the
/// released code; docs/architecture.md.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <span>
#include <vector>

#include "lion/models/bert.h"

namespace lion::models {

struct AggregatorConfig {
  /// ViT blocks: the first is refined by the others. One alone passes through: no aggregator.
  std::vector<int64_t> layers = {38, 28, 18};
  int64_t num_heads = 16;
  int64_t intermediate_size = 3072;
  double ln_eps = 1e-12;
};

/// B(X;Y): bidirectional self attention, cross attention to Y, feed-forward; each post-norm.
class AggregatorBlockImpl : public torch::nn::Module {
 public:
  AggregatorBlockImpl(const AggregatorConfig& config, int64_t width);
  /// x, y [B,P,V] -> [B,P,V] float32.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& y) const;

  BertAttention attention, crossattention;
  BertFeedForward ffn;
};
TORCH_MODULE(AggregatorBlock);

class VisionAggregatorImpl : public torch::nn::Module {
 public:
  VisionAggregatorImpl(const AggregatorConfig& config, int64_t width);
  /// taps: the outputs of the ViT blocks in `config.layers`, each [B,P,V] -> [B,P,V] float32.
  at::Tensor forward(std::span<const at::Tensor> taps) const;

  std::vector<AggregatorBlock> blocks;
};
TORCH_MODULE(VisionAggregator);

}  // namespace lion::models
