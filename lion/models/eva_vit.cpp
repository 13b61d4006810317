#include "lion/models/eva_vit.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "lion/base/error.h"
#include "lion/nn/activation.h"
#include "lion/nn/activation_checkpoint.h"
#include "lion/nn/attention.h"
#include "lion/nn/parameter.h"
#include "lion/nn/shape.h"

namespace lion::models {

using at::Tensor;
using nn::Bias;

EvaBlockImpl::EvaBlockImpl(const EvaVitConfig& config)
    : norm1(config.embed_dim, config.ln_eps),
      norm2(config.embed_dim, config.ln_eps),
      qkv(config.embed_dim, 3 * config.embed_dim, Bias::kNo),
      proj(config.embed_dim, config.embed_dim, Bias::kYes),
      fc1(config.embed_dim, config.mlp_hidden, Bias::kYes),
      fc2(config.mlp_hidden, config.embed_dim, Bias::kYes),
      heads_(config.num_heads) {
  register_module("norm1", norm1);
  register_module("norm2", norm2);
  nn::add_group(*this, "attn", {{"qkv", qkv.ptr()}, {"proj", proj.ptr()}});
  auto& attn = *named_children()["attn"];
  q_bias = nn::add_parameter(attn, "q_bias", {config.embed_dim});
  v_bias = nn::add_parameter(attn, "v_bias", {config.embed_dim});
  nn::add_group(*this, "mlp", {{"fc1", fc1.ptr()}, {"fc2", fc2.ptr()}});
}

Tensor EvaBlockImpl::forward(const Tensor& x) const {
  const at::ScalarType type = qkv->compute_type();
  const Tensor bias = at::cat({q_bias, at::zeros_like(q_bias), v_bias}).to(type);  // [3V]
  const auto parts = nn::linear(norm1->forward(x, type), qkv->weight, bias, type).chunk(3, -1);
  const Tensor q = nn::split_heads(parts[0], heads_);  // [B,H,P,K]
  const Tensor k = nn::split_heads(parts[1], heads_);
  const Tensor v = nn::split_heads(parts[2], heads_);
  const double scale = 1.0 / std::sqrt(static_cast<double>(q.size(3)));
  const Tensor y = x + proj->forward(nn::merge_heads(nn::attention(q, k, v, scale)));  // [B,P,V]
  return y + fc2->forward(nn::gelu(fc1->forward(norm2->forward(y, type))));
}

EvaVitImpl::EvaVitImpl(const EvaVitConfig& config)
    : patch_embed(config.embed_dim, config.patch_size),
      cls_token(nn::add_parameter(*this, "cls_token", {1, 1, config.embed_dim})),
      pos_embed(nn::add_parameter(*this, "pos_embed", {1, config.tokens(), config.embed_dim})),
      config_(config) {
  nn::add_group(*this, "patch_embed", {{"proj", patch_embed.ptr()}});
  for (int64_t i = 0; i < config.depth; ++i) blocks.emplace_back(config);
  nn::add_list(*this, "blocks", blocks);
}

std::vector<Tensor> EvaVitImpl::forward(const Tensor& image, std::span<const int64_t> taps) const {
  nn::check_shape(image, {nn::kAny, 3, config_.image_size, config_.image_size}, "EvaVit: image");
  const Tensor patches = patch_embed->forward(image).to(at::kFloat);  // [B,P-1,V]
  const Tensor cls = cls_token.expand({image.size(0), -1, -1});       // [B,1,V]
  Tensor x = at::cat({cls, patches}, 1) + pos_embed;                  // [B,P,V]
  std::vector<Tensor> out(taps.size());
  const int64_t last = *std::max_element(taps.begin(), taps.end());
  LION_CHECK(last < static_cast<int64_t>(blocks.size()), "tap ", last);
  for (int64_t i = 0; i <= last; ++i) {
    const EvaBlock& block = blocks[static_cast<size_t>(i)];
    x = nn::checkpointed(
        *block, [block](const std::vector<Tensor>& in) { return block->forward(in[0]); }, {x});
    for (size_t t = 0; t < taps.size(); ++t) {
      if (taps[t] == i) out[t] = x;
    }
  }
  return out;
}

Tensor resize_position_table(const Tensor& table, int64_t grid) {
  const auto old =
      static_cast<int64_t>(std::lround(std::sqrt(static_cast<double>(table.size(1) - 1))));
  if (old * old + 1 != table.size(1)) {
    throw InputError(str("pos_embed: got ", table.size(1),
                         " positions, expected 1 + a square. "
                         "Is this file an EVA ViT?"));
  }
  if (old == grid) return table;
  const Tensor all = table.to(at::kFloat);
  const Tensor map = all.slice(1, 1).view({1, old, old, -1}).permute({0, 3, 1, 2});  // [1,V,g,g]
  const Tensor resized =
      at::upsample_bicubic2d(map.contiguous(), {grid, grid}, /*align_corners=*/false);
  return at::cat({all.slice(1, 0, 1), resized.permute({0, 2, 3, 1}).flatten(1, 2)}, 1);
}

}  // namespace lion::models
