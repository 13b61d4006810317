#pragma once
/// Flan-T5, encoder and decoder, with adapters. One definition for training (whole sequences) and
/// for answering (one token per row and step). Source: docs/architecture.md.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <span>
#include <vector>

#include "lion/models/decoder_cache.h"
#include "lion/models/t5_layers.h"

namespace lion::models {

class T5EncoderBlockImpl : public torch::nn::Module {
 public:
  T5EncoderBlockImpl(const T5Config& config, const AdapterConfig& adapter, bool first);
  /// x [B,S,D] float32, bias [B,H,S,S], level [B] -> [B,S,D].
  at::Tensor forward(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& level) const;

  T5AttentionLayer self_attention;
  T5FeedForward feed_forward;
};
TORCH_MODULE(T5EncoderBlock);

class T5EncoderImpl : public torch::nn::Module {
 public:
  T5EncoderImpl(const T5Config& config, const AdapterConfig& adapter);

  struct Output {
    at::Tensor last_hidden_state;  ///< [B,S,D] float32, after the final norm
    at::Tensor first_block;        ///< [B,S,D]: the output of block 0, for parity tests
  };
  /// embeds [B,S,D], attention_mask [B,S] of 0/1, level [B] int64.
  Output forward(const at::Tensor& embeds, const at::Tensor& attention_mask,
                 const at::Tensor& level) const;

  std::vector<T5EncoderBlock> blocks;
  nn::RmsNorm final_layer_norm;
};
TORCH_MODULE(T5Encoder);

class T5DecoderBlockImpl : public torch::nn::Module {
 public:
  T5DecoderBlockImpl(const T5Config& config, const AdapterConfig& adapter, bool first);
  /// x [B,T,D] float32, bias [B,H,T,T], encoder_output [B,S,D], cross_attention_bias [B,1,1,S],
  /// level [B] -> [B,T,D].
  at::Tensor forward(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& encoder_output,
                     const at::Tensor& cross_attention_bias, const at::Tensor& level) const;

  T5AttentionLayer self_attention, cross_attention;
  T5FeedForward feed_forward;
};
TORCH_MODULE(T5DecoderBlock);

class T5DecoderImpl : public torch::nn::Module {
 public:
  T5DecoderImpl(const T5Config& config, const AdapterConfig& adapter);

  /// Whole targets at once: embeds [B,T,D], attention_mask [B,T], encoder_output [B,S,D],
  /// cross_attention_mask [B,S], level [B] -> [B,T,D] float32 after the final norm.
  at::Tensor forward(const at::Tensor& embeds, const at::Tensor& attention_mask,
                     const at::Tensor& encoder_output, const at::Tensor& cross_attention_mask,
                     const at::Tensor& level) const;

  /// The cross-attention keys and values of one encoder_output [1,S,D], computed once.
  CrossAttentionCache cross_attention(const at::Tensor& encoder_output, int64_t level) const;

  /// One more token for each of R rows: embeds [R,1,D] -> [R,1,D] float32 after the final norm.
  /// The rows' pasts grow by one in `cache`; when it throws, they have not. Rows are independent
  /// (nn::Rows::kIndependent): on the CPU a row's result is the same to the bit whatever other rows
  /// are in the step. No gradients.
  at::Tensor step(const at::Tensor& embeds, std::span<const int64_t> rows,
                  DecoderCache& cache) const;

  /// An empty cache of the shape and type that `step` needs.
  DecoderCache make_cache() const;

  std::vector<T5DecoderBlock> blocks;
  nn::RmsNorm final_layer_norm;

 private:
  at::Tensor advance(const at::Tensor& embeds, std::span<const int64_t> rows,
                     const std::vector<int32_t>& added, DecoderCache& cache) const;

  T5Config config_;
};
TORCH_MODULE(T5Decoder);

class T5Impl : public torch::nn::Module {
 public:
  T5Impl(const T5Config& config, const AdapterConfig& adapter);

  /// Teacher forcing: decoder_ids [B,T] (start id first), attention_mask [B,T], encoder_output
  /// [B,S,D], cross_attention_mask [B,S], level [B] -> logits [B,T,vocabulary] float32.
  at::Tensor decode(const at::Tensor& decoder_ids, const at::Tensor& attention_mask,
                    const at::Tensor& encoder_output, const at::Tensor& cross_attention_mask,
                    const at::Tensor& level) const;

  /// One more token for each of R rows: ids [R] int64 -> logits [R,vocabulary] float32. As the
  /// decoder's `step`: independent rows, all or nothing.
  at::Tensor step(const at::Tensor& ids, std::span<const int64_t> rows, DecoderCache& cache) const;

  nn::Embedding shared;
  T5Encoder encoder;
  T5Decoder decoder;
  nn::Linear lm_head;  ///< untied: logits are not rescaled
};
TORCH_MODULE(T5);

/// Labels [B,T] (-100 where ignored) -> decoder ids [B,T]: shifted right, start id 0 first.
at::Tensor shift_right(const at::Tensor& labels);

}  // namespace lion::models
