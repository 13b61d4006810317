#include "lion/models/lion_weights.h"

#include "lion/models/parameter_groups.h"

#include "lion/base/str.h"

namespace lion::models {

using nn::NameRule;

std::vector<NameRule> vit_rules(int64_t depth) {
  std::vector<NameRule> rules;
  for (int64_t i = 0; i < depth; ++i) {
    const std::string block = str("blocks.", i, ".");
    rules.push_back({block, "visual_encoder." + block, ""});
  }
  rules.push_back({"blocks.", "", "LION uses the first blocks only"});
  rules.push_back({"cls_token", "visual_encoder.cls_token", ""});
  rules.push_back({"pos_embed", "visual_encoder.pos_embed", ""});
  rules.push_back({"patch_embed.proj.", "visual_encoder.patch_embed.proj.", ""});
  rules.push_back({"", "", "no part of LION's vision encoder (final norms, heads, text tower)"});
  return rules;
}

std::vector<NameRule> t5_rules() {
  return {
      {"encoder.embed_tokens.", "", "a copy of shared.weight"},
      {"decoder.embed_tokens.", "", "a copy of shared.weight"},
      {"encoder.", "t5_model.encoder.", ""},
      {"decoder.", "t5_model.decoder.", ""},
      {"shared.", "t5_model.shared.", ""},
      {"lm_head.", "t5_model.lm_head.", ""},
      {"", "", "no part of Flan-T5"},
  };
}

std::vector<NameRule> lion_rules() {
  return {
      {"Qformer.bert.embeddings.position_ids", "", "a stored counter 0, 1, 2, ..."},
      {"Qformer.bert.", "Qformer.bert.", ""},
      {"query_tokens", "query_tokens", ""},
      {"t5_proj.", "t5_proj.", ""},
      {"ln_vision.", "ln_vision.", ""},
      {"fusion_adapter.", "fusion_adapter.", ""},
      {"ln_adapter.", "ln_adapter.", ""},
      {"adapter_proj.", "adapter_proj.", ""},
      {"soft_prompt_hint", "soft_prompt_hint", ""},
      {"t5_model.encoder.block.*.layer.*.adapter.", "t5_model.encoder.block.*.layer.*.adapter.",
       ""},
      {"t5_model.decoder.block.*.layer.*.adapter.", "t5_model.decoder.block.*.layer.*.adapter.",
       ""},
      {"", "", "no part of what LION trains"},
  };
}

std::vector<NameRule> ram_rules() {
  return {
      {"visual_encoder.layers.*.blocks.*.attn.relative_position_index", "",
       "computed from the window"},
      {"visual_encoder.layers.*.blocks.*.attn_mask", "", "computed from the shift"},
      {"visual_encoder.", "ram.visual_encoder.", ""},
      {"image_proj.", "ram.image_proj.", ""},
      {"wordvec_proj.", "ram.wordvec_proj.", ""},
      {"label_embed", "ram.label_embed", ""},
      {"fc.", "ram.fc.", ""},
      {"tagging_head.encoder.", "ram.tagging_head.encoder.", ""},
      {"vision_multi.encoder.", "ram.tagging_head.encoder.", ""},  // the head's other name
      {"", "", "RAM's captioning part, which tagging does not use"},
  };
}

std::vector<NameRule> instructblip_rules() {
  const std::string vit = "vision_model.encoder.layers.*.";
  const std::string block = "visual_encoder.blocks.*.";
  const std::string layer = "qformer.encoder.layer.*.";
  const std::string ours = "Qformer.bert.encoder.layer.*.";
  return {
      {"vision_model.embeddings.class_embedding", "visual_encoder.cls_token", ""},
      {"vision_model.embeddings.position_embedding", "visual_encoder.pos_embed", ""},
      {"vision_model.embeddings.patch_embedding.", "visual_encoder.patch_embed.proj.", ""},
      {vit + "layer_norm1.", block + "norm1.", ""},
      {vit + "layer_norm2.", block + "norm2.", ""},
      {vit + "self_attn.qkv.", block + "attn.qkv.", ""},
      {vit + "self_attn.projection.", block + "attn.proj.", ""},
      {vit + "mlp.", block + "mlp.", ""},
      {"vision_model.post_layernorm.", "ln_vision.", ""},
      {"query_tokens", "query_tokens", ""},
      {"qformer.embeddings.layernorm.", "Qformer.bert.embeddings.LayerNorm.", ""},
      {"qformer.embeddings.position_ids", "", "a stored counter 0, 1, 2, ..."},
      {"qformer.embeddings.", "Qformer.bert.embeddings.", ""},
      {layer + "attention.attention.", ours + "attention.self.", ""},
      {layer + "attention.output.", ours + "attention.output.", ""},
      {layer + "crossattention.attention.", ours + "crossattention.self.", ""},
      {layer + "crossattention.output.", ours + "crossattention.output.", ""},
      {layer, ours, ""},
      {"language_projection.", "t5_proj.", ""},
      {"language_model.encoder.embed_tokens.", "", "a copy of shared.weight"},
      {"language_model.decoder.embed_tokens.", "", "a copy of shared.weight"},
      {"language_model.", "t5_model.", ""},
  };
}

bool is_trained_by_lion(std::string_view name) {
  const auto group = parameter_group(name);
  return group != ParameterGroup::kVisionEncoder && group != ParameterGroup::kTagger &&
         group != ParameterGroup::kLanguageModel;
}

}  // namespace lion::models
