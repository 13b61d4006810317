#pragma once
/// LION: both visual branches, the language model and the soft prompt. Takes tensors and gives
/// tensors; text and images are the engine's business. Source: LION (CVPR 2024) and its
/// released code; docs/architecture.md.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <string>
#include <vector>

#include "lion/models/lion_config.h"
#include "lion/models/t5.h"

namespace lion::models {

/// What the vision encoder gives.
struct VitOutputs {
  at::Tensor out;                ///< [B,P,V]: the last block
  std::vector<at::Tensor> taps;  ///< [B,P,V] each: the blocks in aggregator.layers
  at::Tensor ln_vision;          ///< [B,P,V]: what the Q-Former reads; undefined without it
};

/// What the aggregator makes of it.
struct AggregatorOutputs {
  at::Tensor out;           ///< [B,P,V]
  at::Tensor ln_adapter;    ///< [B,P,V]
  at::Tensor adapter_proj;  ///< [B,P,D]: its tokens for the language model
};

/// An image, encoded once for all questions: of the outputs above, what later stages read.
struct ImageFeatures {
  at::Tensor ln_vision;     ///< [B,P,V]; undefined without a Q-Former
  at::Tensor adapter_proj;  ///< [B,P,D]; undefined without an aggregator
};

/// Every image `times` in a row, for as many questions.
ImageFeatures repeat(const ImageFeatures& image, int64_t times);

/// Token ids [B,L] int64 and their mask [B,L] of 0/1 (1 = token, 0 = padding).
struct TokenBatch {
  at::Tensor ids;
  at::Tensor mask;
};

/// What the T5 encoder reads.
struct EncoderInputs {
  at::Tensor embeds;                ///< [B,S,D]: Q-Former tokens, aggregator tokens, text
  at::Tensor attention_mask;        ///< [B,S] int64 of 0/1
  at::Tensor cross_attention_mask;  ///< [B,S] int64 of 0/1: what the decoder attends to; undefined:
                                    ///< as `attention_mask`
};

class LionT5Impl : public torch::nn::Module {
 public:
  explicit LionT5Impl(const LionConfig& config);

  /// image [B,3,S,S] normalised.
  VitOutputs vit_forward(const at::Tensor& image) const;

  /// Needs a model with an aggregator.
  AggregatorOutputs aggregator_forward(const VitOutputs& vit) const;

  /// Both of the above: image [B,3,S,S] normalised.
  ImageFeatures encode_image(const at::Tensor& image) const;

  /// The Q-Former's outputs for a question, [B,Q,W], before t5_proj.
  at::Tensor qformer_forward(const ImageFeatures& image, const TokenBatch& question) const;

  /// `queries` is the result of `qformer_forward`, or undefined without a Q-Former. `hint_id` is
  /// the id whose embedding the soft prompt replaces, or -1 for none. Sentences of a batch are
  /// right-padded.
  EncoderInputs build_encoder_inputs(const ImageFeatures& image, const at::Tensor& queries,
                                     const TokenBatch& prompt, int64_t hint_id) const;

  /// Mean cross entropy over the labels [B,T] that are not -100; level [B] int64 as the
  /// adapters take it.
  struct Loss {
    at::Tensor loss;        ///< scalar float32
    at::Tensor token_loss;  ///< [B,T] float32: of each label, 0 where it is ignored
    at::Tensor logits;      ///< [B,T,vocabulary] float32
    T5EncoderImpl::Output encoder;
  };
  Loss loss(const EncoderInputs& inputs, const at::Tensor& labels, const at::Tensor& level) const;

  const LionConfig& config() const { return config_; }

  EvaVit visual_encoder;
  T5 t5_model;
  Qformer qformer{nullptr};  ///< key: Qformer
  at::Tensor query_tokens;   ///< [1,Q,W]
  nn::Linear t5_proj{nullptr};
  nn::LayerNorm ln_vision{nullptr};
  VisionAggregator fusion_adapter{nullptr};
  nn::LayerNorm ln_adapter{nullptr};
  nn::Linear adapter_proj_in{nullptr}, adapter_proj_out{nullptr};  ///< keys: adapter_proj.{0,2}
  at::Tensor soft_prompt_hint;                                     ///< [D]; undefined without tags

 private:
  LionConfig config_;
};
TORCH_MODULE(LionT5);

}  // namespace lion::models
