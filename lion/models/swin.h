#pragma once
/// Swin Transformer, the tagger's image encoder. Source: Swin (Liu 2021) as in RAM;
/// docs/architecture.md.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <vector>

#include "lion/nn/linear.h"
#include "lion/nn/norm.h"

namespace lion::models {

/// C channels of a stage, H heads, W side of a window, N side of the map in tokens.
struct SwinConfig {
  int64_t image_size = 384;
  int64_t patch_size = 4;
  int64_t embed_dim = 192;
  std::vector<int64_t> depths = {2, 2, 18, 2};
  std::vector<int64_t> num_heads = {6, 12, 24, 48};
  int64_t window_size = 12;
  double mlp_ratio = 4.0;

  int64_t out_dim() const { return embed_dim << (depths.size() - 1); }
};

/// Attention within windows; every second block shifts them by half a window.
class SwinBlockImpl : public torch::nn::Module {
 public:
  /// A block on a map of `map_size` x `map_size` tokens. A map no larger than a window is one
  /// window and never shifted.
  SwinBlockImpl(int64_t channels, int64_t heads, int64_t map_size, int64_t window, bool shifted,
                int64_t mlp_hidden);
  /// x [B,N*N,C] float32 -> [B,N*N,C] float32.
  at::Tensor forward(const at::Tensor& x) const;

  nn::LayerNorm norm1, norm2;
  nn::Linear qkv, proj, fc1, fc2;
  at::Tensor relative_position_bias_table;  ///< [(2W-1)^2,H]

 private:
  at::Tensor window_bias() const;

  int64_t heads_, map_size_, window_, shift_;
  at::Tensor bias_index_;  // [W*W*W*W] int64: row of the table for each pair of tokens of a window
  at::Tensor shift_mask_;  // [windows,1,W*W,W*W] of 0 and -100; undefined without a shift
};
TORCH_MODULE(SwinBlock);

/// Halves the map: four neighbours side by side, LN, Linear(4C -> 2C).
class PatchMergingImpl : public torch::nn::Module {
 public:
  PatchMergingImpl(int64_t channels, int64_t map_size);
  /// x [B,N*N,C] -> [B,(N/2)^2,2C] float32.
  at::Tensor forward(const at::Tensor& x) const;

  nn::LayerNorm norm;
  nn::Linear reduction;

 private:
  int64_t map_size_;
};
TORCH_MODULE(PatchMerging);

class SwinImpl : public torch::nn::Module {
 public:
  explicit SwinImpl(const SwinConfig& config);

  struct Output {
    std::vector<at::Tensor> stages;  ///< after each stage and its patch merging
    at::Tensor tokens;               ///< [B,1+N*N,C] float32: the mean token, then all tokens
  };
  /// image [B,3,S,S] normalised.
  Output forward(const at::Tensor& image) const;

  nn::PatchConv patch_embed;
  nn::LayerNorm patch_norm, norm;
  std::vector<std::vector<SwinBlock>> stages;
  std::vector<PatchMerging> downsamples;  ///< behind every stage but the last
};
TORCH_MODULE(Swin);

}  // namespace lion::models
