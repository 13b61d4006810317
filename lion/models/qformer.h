#pragma once
/// Q-Former: learned queries read the image and the question (image-level branch). Source:
/// BLIP-2 / InstructBLIP as in the released code; docs/architecture.md.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <vector>

#include "lion/models/bert.h"

namespace lion::models {

/// Q query tokens, W width, L question tokens.
struct QformerConfig {
  int64_t num_query_tokens = 32;     ///< Q
  int64_t cross_attention_freq = 2;  ///< every such layer, from layer 0, reads the image
  int64_t hidden_size = 768;         ///< W
  int64_t num_hidden_layers = 12;
  int64_t num_attention_heads = 12;
  int64_t intermediate_size = 3072;
  int64_t max_position_embeddings = 512;
  double layer_norm_eps = 1e-12;
  int64_t vocab_size = 30523;  ///< WordPiece entries and [DEC]
};

/// Queries and text attend to each other; the queries alone read the image, and each of the two
/// has a feed-forward of its own.
class QformerLayerImpl : public torch::nn::Module {
 public:
  QformerLayerImpl(const QformerConfig& config, int64_t vision_width, bool reads_image);
  /// x [B,Q+L,W] float32, image [B,P,V], bias [B,1,1,Q+L] -> [B,Q+L,W].
  at::Tensor forward(const at::Tensor& x, const at::Tensor& image, const at::Tensor& bias) const;

  BertAttention attention;
  BertAttention crossattention{nullptr};  ///< null in layers that do not read the image
  BertFeedForward text_ffn, query_ffn;

 private:
  int64_t num_query_tokens_;
};
TORCH_MODULE(QformerLayer);

class QformerImpl : public torch::nn::Module {
 public:
  QformerImpl(const QformerConfig& config, int64_t vision_width);

  /// queries [1,Q,W]; image [B,P,V] after ln_vision; ids [B,L] int64 and mask [B,L] of 0/1 ->
  /// the queries' outputs [B,Q,W] float32. Throws InputError when L exceeds the position table.
  at::Tensor forward(const at::Tensor& queries, const at::Tensor& image, const at::Tensor& ids,
                     const at::Tensor& mask) const;

  nn::Embedding word_embeddings;
  at::Tensor position_embeddings;  ///< [max_position_embeddings,W]
  nn::LayerNorm norm;
  std::vector<QformerLayer> layers;

 private:
  QformerConfig config_;
};
TORCH_MODULE(Qformer);

}  // namespace lion::models
