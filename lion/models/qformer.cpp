#include "lion/models/qformer.h"

#include <torch/torch.h>

#include "lion/base/error.h"
#include "lion/nn/activation_checkpoint.h"
#include "lion/nn/attention.h"
#include "lion/nn/dropout.h"
#include "lion/nn/parameter.h"
#include "lion/nn/shape.h"

namespace lion::models {

using at::Tensor;

namespace {
constexpr double kBertMaskedScore = -10000.0;  // BERT's additive mask (docs/architecture.md)
}

QformerLayerImpl::QformerLayerImpl(const QformerConfig& config, int64_t vision_width,
                                   bool reads_image)
    : attention(config.hidden_size, config.num_attention_heads, config.layer_norm_eps,
                config.hidden_size),
      text_ffn(*this, "intermediate", "output", config.hidden_size, config.intermediate_size,
               config.layer_norm_eps),
      query_ffn(*this, "intermediate_query", "output_query", config.hidden_size,
                config.intermediate_size, config.layer_norm_eps),
      num_query_tokens_(config.num_query_tokens) {
  register_module("attention", attention);
  if (reads_image) {
    crossattention = register_module("crossattention",
                                     BertAttention(config.hidden_size, config.num_attention_heads,
                                                   config.layer_norm_eps, vision_width));
  }
}

Tensor QformerLayerImpl::forward(const Tensor& x, const Tensor& image, const Tensor& bias) const {
  const Tensor mixed = attention->forward(x, x, bias);    // [B,Q+L,W]
  Tensor queries = mixed.slice(1, 0, num_query_tokens_);  // [B,Q,W]
  const Tensor text = mixed.slice(1, num_query_tokens_);  // [B,L,W]
  if (crossattention) queries = crossattention->forward(queries, image);
  return at::cat({query_ffn.forward(queries), text_ffn.forward(text)}, 1);
}

QformerImpl::QformerImpl(const QformerConfig& config, int64_t vision_width)
    : word_embeddings(config.vocab_size, config.hidden_size),
      norm(config.hidden_size, config.layer_norm_eps),
      config_(config) {
  auto bert = register_module("bert", std::make_shared<torch::nn::Module>());
  nn::add_group(*bert, "embeddings",
                {{"word_embeddings", word_embeddings.ptr()}, {"LayerNorm", norm.ptr()}});
  auto& embeddings = *bert->named_children()["embeddings"];
  nn::add_group(embeddings, "position_embeddings", {});
  position_embeddings =
      nn::add_parameter(*embeddings.named_children()["position_embeddings"], "weight",
                        {config.max_position_embeddings, config.hidden_size});
  for (int64_t i = 0; i < config.num_hidden_layers; ++i) {
    layers.emplace_back(config, vision_width, i % config.cross_attention_freq == 0);
  }
  auto encoder = bert->register_module("encoder", std::make_shared<torch::nn::Module>());
  nn::add_list(*encoder, "layer", layers);
}

Tensor QformerImpl::forward(const Tensor& queries, const Tensor& image, const Tensor& ids,
                            const Tensor& mask) const {
  nn::check_shape(queries, {1, config_.num_query_tokens, config_.hidden_size}, "Qformer: queries");
  nn::check_shape(ids, {image.size(0), nn::kAny}, "Qformer: ids");
  nn::check_shape(mask, {ids.size(0), ids.size(1)}, "Qformer: mask");
  const int64_t b = ids.size(0);
  const int64_t l = ids.size(1);
  if (l > config_.max_position_embeddings) {
    throw InputError(str("Qformer: ids: got ", l, " tokens, expected at most ",
                         config_.max_position_embeddings, ". Shorten the question."));
  }
  const Tensor text =
      word_embeddings->forward(ids).to(at::kFloat) + position_embeddings.slice(0, 0, l);
  Tensor x =
      nn::dropout(norm->forward(at::cat({queries.expand({b, -1, -1}), text}, 1)));  // [B,Q+L,W]
  const Tensor attention_mask =
      at::cat({at::ones({b, config_.num_query_tokens}, mask.options()), mask}, 1);
  const Tensor bias = nn::key_mask(attention_mask, kBertMaskedScore);  // [B,1,1,Q+L]
  for (const QformerLayer& layer : layers) {
    x = nn::checkpointed(
        *layer,
        [layer](const std::vector<Tensor>& in) { return layer->forward(in[0], in[1], in[2]); },
        {x, image, bias});
  }
  return x.slice(1, 0, config_.num_query_tokens);  // [B,Q,W]
}

}  // namespace lion::models
