#pragma once
/// RAM, the tagger: Swin features, and one learned query per tag that reads them. Source: Recognize
/// Anything (Zhang 2023), tagging path only; docs/architecture.md.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <vector>

#include "lion/models/bert.h"
#include "lion/models/swin.h"

namespace lion::models {

/// N tags (4585), E width of the tag embeddings and of the projected image (512), W width of the
/// head (768).
struct RamConfig {
  SwinConfig swin;
  int64_t proj_dim = 512;     ///< E
  int64_t hidden_size = 768;  ///< W
  int64_t num_hidden_layers = 2;
  int64_t num_attention_heads = 4;
  int64_t intermediate_size = 3072;
  double layer_norm_eps = 1e-12;
  int64_t num_tags = 4585;  ///< N
};

/// Cross attention to the image and a feed-forward; no self attention between tags.
class TaggingLayerImpl : public torch::nn::Module {
 public:
  explicit TaggingLayerImpl(const RamConfig& config);
  /// x [B,N,W], image [B,M,E] -> [B,N,W] float32.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& image) const;

  BertAttention crossattention;
  BertFeedForward ffn;
};
TORCH_MODULE(TaggingLayer);

class RamImpl : public torch::nn::Module {
 public:
  explicit RamImpl(const RamConfig& config);

  struct Output {
    SwinImpl::Output swin;
    at::Tensor image;   ///< [B,M,E]: the projected image tokens
    at::Tensor logits;  ///< [B,N] float32; a tag fires when its sigmoid exceeds its threshold
  };
  /// image [B,3,S,S] normalised for RAM.
  Output forward(const at::Tensor& image) const;

  Swin visual_encoder;
  nn::Linear image_proj, wordvec_proj, fc;
  at::Tensor label_embed;  ///< [N,E]
  std::vector<TaggingLayer> layers;
};
TORCH_MODULE(Ram);

}  // namespace lion::models
