#pragma once
/// Vision encoder EVA-CLIP ViT-g/14, frozen in LION. Source: EVA (Fang 2022) as loaded by the
/// released code: 39 blocks, no final norm, no key bias; docs/architecture.md.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <span>
#include <vector>

#include "lion/nn/linear.h"
#include "lion/nn/norm.h"

namespace lion::models {

/// V width, H heads, P patches + class token. All sizes in pixels or channels.
struct EvaVitConfig {
  int64_t image_size = 224;
  int64_t patch_size = 14;
  int64_t embed_dim = 1408;  ///< V
  int64_t depth = 39;        ///< the released file stores 40 blocks; LION uses 39
  int64_t num_heads = 16;
  int64_t mlp_hidden = 6144;
  double ln_eps = 1e-6;

  int64_t grid() const { return image_size / patch_size; }
  int64_t tokens() const { return grid() * grid() + 1; }  ///< P
};

/// Pre-norm block without layer scale: x + proj(attn(LN x)), x + fc2(erf-GELU(fc1(LN x))).
class EvaBlockImpl : public torch::nn::Module {
 public:
  explicit EvaBlockImpl(const EvaVitConfig& config);
  /// x [B,P,V] float32 -> [B,P,V] float32.
  at::Tensor forward(const at::Tensor& x) const;

  nn::LayerNorm norm1, norm2;
  nn::Linear qkv, proj, fc1, fc2;
  at::Tensor q_bias, v_bias;  ///< [V]; the key has none

 private:
  int64_t heads_;
};
TORCH_MODULE(EvaBlock);

class EvaVitImpl : public torch::nn::Module {
 public:
  explicit EvaVitImpl(const EvaVitConfig& config);

  /// image [B,3,S,S] normalised -> the outputs of the blocks listed in `taps` (0-based), in that
  /// order, each [B,P,V] float32. Blocks past the last tap are not computed.
  std::vector<at::Tensor> forward(const at::Tensor& image, std::span<const int64_t> taps) const;

  nn::PatchConv patch_embed;
  at::Tensor cls_token;  ///< [1,1,V]
  at::Tensor pos_embed;  ///< [1,P,V]
  std::vector<EvaBlock> blocks;

 private:
  EvaVitConfig config_;
};
TORCH_MODULE(EvaVit);

/// Resizes the grid part of a position table [1,1+g*g,V] to `grid` x `grid`, the class position
/// kept: bicubic, a = -0.75, no antialiasing, float32. The same table when the grid fits already.
at::Tensor resize_position_table(const at::Tensor& table, int64_t grid);

}  // namespace lion::models
