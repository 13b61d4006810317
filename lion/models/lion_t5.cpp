#include "lion/models/lion_t5.h"

#include <torch/torch.h>

#include "lion/base/error.h"
#include "lion/nn/activation.h"
#include "lion/nn/parameter.h"
#include "lion/nn/shape.h"

namespace lion::models {

using at::Tensor;
using nn::Bias;

ImageFeatures repeat(const ImageFeatures& image, int64_t times) {
  ImageFeatures out;
  if (image.ln_vision.defined()) out.ln_vision = image.ln_vision.repeat_interleave(times, 0);
  if (image.adapter_proj.defined()) {
    out.adapter_proj = image.adapter_proj.repeat_interleave(times, 0);
  }
  return out;
}

LionT5Impl::LionT5Impl(const LionConfig& config)
    : visual_encoder(config.vit), t5_model(config.t5, config.adapter), config_(config) {
  const int64_t v = config.vit.embed_dim;
  const int64_t d = config.t5.d_model;
  register_module("visual_encoder", visual_encoder);
  register_module("t5_model", t5_model);
  if (config.has_qformer()) {
    const QformerConfig& q = config.qformer;
    qformer = register_module("Qformer", Qformer(q, v));
    query_tokens = nn::add_parameter(*this, "query_tokens", {1, q.num_query_tokens, q.hidden_size});
    t5_proj = register_module("t5_proj", nn::Linear(q.hidden_size, d, Bias::kYes));
    ln_vision = register_module("ln_vision", nn::LayerNorm(v, config.vision_norm_eps));
  }
  if (config.has_aggregator()) {
    fusion_adapter = register_module("fusion_adapter", VisionAggregator(config.aggregator, v));
    ln_adapter = register_module("ln_adapter", nn::LayerNorm(v, 1e-5));
    adapter_proj_in = nn::Linear(v, 4 * v, Bias::kYes);
    adapter_proj_out = nn::Linear(4 * v, d, Bias::kYes);
    nn::add_group(*this, "adapter_proj",
                  {{"0", adapter_proj_in.ptr()}, {"2", adapter_proj_out.ptr()}});
  }
  if (config.enable_semantic_tags)
    soft_prompt_hint = nn::add_parameter(*this, "soft_prompt_hint", {d});
}

VitOutputs LionT5Impl::vit_forward(const Tensor& image) const {
  VitOutputs vit;
  std::vector<int64_t> wanted;
  if (fusion_adapter) wanted = config_.aggregator.layers;
  wanted.push_back(config_.vit.depth - 1);
  vit.taps = visual_encoder->forward(image, wanted);  // [B,P,V] each
  vit.out = vit.taps.back();
  vit.taps.pop_back();
  if (qformer) vit.ln_vision = ln_vision->forward(vit.out);
  return vit;
}

AggregatorOutputs LionT5Impl::aggregator_forward(const VitOutputs& vit) const {
  LION_CHECK(fusion_adapter, "this model has no aggregator");
  AggregatorOutputs aggregated;
  aggregated.out = fusion_adapter->forward(vit.taps);
  aggregated.ln_adapter = ln_adapter->forward(aggregated.out);
  const Tensor inner = nn::gelu(adapter_proj_in->forward(aggregated.ln_adapter));  // [B,P,4V]
  aggregated.adapter_proj = adapter_proj_out->forward(inner);                      // [B,P,D]
  return aggregated;
}

ImageFeatures LionT5Impl::encode_image(const Tensor& image) const {
  const VitOutputs vit = vit_forward(image);
  return {vit.ln_vision, fusion_adapter ? aggregator_forward(vit).adapter_proj : Tensor()};
}

Tensor LionT5Impl::qformer_forward(const ImageFeatures& image, const TokenBatch& question) const {
  LION_CHECK(qformer, "this model has no Q-Former");
  return qformer->forward(query_tokens, image.ln_vision, question.ids, question.mask);
}

EncoderInputs LionT5Impl::build_encoder_inputs(const ImageFeatures& image, const Tensor& queries,
                                               const TokenBatch& prompt, int64_t hint_id) const {
  std::vector<Tensor> parts;
  if (qformer) parts.push_back(t5_proj->forward(queries).to(at::kFloat));  // [B,Q,D]
  if (fusion_adapter) parts.push_back(image.adapter_proj.to(at::kFloat));  // [B,P,D]
  Tensor text = t5_model->shared->forward(prompt.ids).to(at::kFloat);      // [B,L,D]
  if (soft_prompt_hint.defined() && hint_id >= 0) {
    text = at::where((prompt.ids == hint_id).unsqueeze(-1), soft_prompt_hint, text);
  }
  parts.push_back(text);
  EncoderInputs out;
  out.embeds = at::cat(parts, 1);  // [B,S,D]
  const Tensor visual =
      at::ones({text.size(0), out.embeds.size(1) - text.size(1)}, prompt.mask.options());
  out.attention_mask = at::cat({visual, prompt.mask}, 1);  // [B,S]
  return out;
}

LionT5Impl::Loss LionT5Impl::loss(const EncoderInputs& inputs, const Tensor& labels,
                                  const Tensor& level) const {
  Loss out;
  out.encoder = t5_model->encoder->forward(inputs.embeds, inputs.attention_mask, level);
  const Tensor attention_mask = (labels != -100).to(at::kLong);  // [B,T]
  out.logits = t5_model->decode(
      shift_right(labels), attention_mask, out.encoder.last_hidden_state,
      inputs.cross_attention_mask.defined() ? inputs.cross_attention_mask : inputs.attention_mask,
      level);
  out.token_loss = at::cross_entropy_loss(out.logits.flatten(0, 1), labels.flatten(), /*weight=*/{},
                                          at::Reduction::None, /*ignore_index=*/-100)
                       .view(labels.sizes());  // [B,T]
  out.loss = out.token_loss.sum() / attention_mask.sum();
  return out;
}

}  // namespace lion::models
