#include "lion/models/ram.h"

#include <torch/torch.h>

#include "lion/nn/parameter.h"

namespace lion::models {

using at::Tensor;
using nn::Bias;

TaggingLayerImpl::TaggingLayerImpl(const RamConfig& config)
    : crossattention(config.hidden_size, config.num_attention_heads, config.layer_norm_eps,
                     config.proj_dim),
      ffn(*this, "intermediate", "output", config.hidden_size, config.intermediate_size,
          config.layer_norm_eps) {
  register_module("crossattention", crossattention);
}

Tensor TaggingLayerImpl::forward(const Tensor& x, const Tensor& image) const {
  return ffn.forward(crossattention->forward(x, image));
}

RamImpl::RamImpl(const RamConfig& config)
    : visual_encoder(config.swin),
      image_proj(config.swin.out_dim(), config.proj_dim, Bias::kYes),
      wordvec_proj(config.proj_dim, config.hidden_size, Bias::kYes),
      fc(config.hidden_size, 1, Bias::kYes),
      label_embed(nn::add_parameter(*this, "label_embed", {config.num_tags, config.proj_dim})) {
  register_module("visual_encoder", visual_encoder);
  register_module("image_proj", image_proj);
  register_module("wordvec_proj", wordvec_proj);
  for (int64_t i = 0; i < config.num_hidden_layers; ++i) layers.emplace_back(config);
  auto head = register_module("tagging_head", std::make_shared<torch::nn::Module>());
  auto encoder = head->register_module("encoder", std::make_shared<torch::nn::Module>());
  nn::add_list(*encoder, "layer", layers);
  register_module("fc", fc);
}

RamImpl::Output RamImpl::forward(const Tensor& image) const {
  Output out;
  out.swin = visual_encoder->forward(image);
  out.image = image_proj->forward(out.swin.tokens).to(at::kFloat);                     // [B,M,E]
  const Tensor queries = at::relu(wordvec_proj->forward(label_embed)).to(at::kFloat);  // [N,W]
  Tensor x = queries.unsqueeze(0).expand({image.size(0), -1, -1});                     // [B,N,W]
  for (const TaggingLayer& layer : layers) x = layer->forward(x, out.image);
  out.logits = fc->forward_float(x).squeeze(-1);  // [B,N]
  return out;
}

}  // namespace lion::models
