#include "lion/models/swin.h"

#include <torch/torch.h>

#include <cmath>

#include "lion/base/error.h"
#include "lion/nn/activation.h"
#include "lion/nn/attention.h"
#include "lion/nn/parameter.h"

namespace lion::models {

using at::Tensor;
using nn::Bias;

namespace {

constexpr double kLnEps = 1e-5;
constexpr double kShiftedApart = -100.0;  // between tokens that the roll brought together

/// [B,N,N,C] -> [B*windows,W*W,C]
Tensor to_windows(const Tensor& x, int64_t w) {
  const int64_t b = x.size(0);
  const int64_t n = x.size(1) / w;
  return x.view({b, n, w, n, w, x.size(3)}).transpose(2, 3).reshape({b * n * n, w * w, x.size(3)});
}

/// [B*windows,W*W,C] -> [B,N,N,C]
Tensor from_windows(const Tensor& x, int64_t w, int64_t map_size) {
  const int64_t n = map_size / w;
  const int64_t b = x.size(0) / (n * n);
  return x.view({b, n, n, w, w, x.size(2)})
      .transpose(2, 3)
      .reshape({b, map_size, map_size, x.size(2)});
}

/// Row of the bias table for each (query, key) of a window: (dy + W-1) * (2W-1) + dx + W-1.
Tensor make_bias_index(int64_t w) {
  const Tensor at_y = at::arange(w, at::kLong).repeat_interleave(w);
  const Tensor at_x = at::arange(w, at::kLong).repeat({w});
  const Tensor dy = at_y.unsqueeze(1) - at_y + (w - 1);
  const Tensor dx = at_x.unsqueeze(1) - at_x + (w - 1);
  return (dy * (2 * w - 1) + dx).flatten();
}

/// -100 between tokens of different regions of the rolled map: 3x3 regions cut at -W and -shift.
Tensor make_shift_mask(int64_t map_size, int64_t w, int64_t shift) {
  Tensor part = at::zeros({map_size}, at::kLong);
  part.slice(0, map_size - w, map_size - shift).fill_(1);
  part.slice(0, map_size - shift).fill_(2);
  const Tensor region = (part.unsqueeze(1) * 3 + part).view({1, map_size, map_size, 1});
  const Tensor windows = to_windows(region, w).squeeze(-1);           // [windows,W*W]
  const Tensor apart = windows.unsqueeze(1) != windows.unsqueeze(2);  // [windows,W*W,W*W]
  return apart.to(at::kFloat).mul(kShiftedApart).unsqueeze(1);
}

}  // namespace

SwinBlockImpl::SwinBlockImpl(int64_t channels, int64_t heads, int64_t map_size, int64_t window,
                             bool shifted, int64_t mlp_hidden)
    : norm1(channels, kLnEps),
      norm2(channels, kLnEps),
      qkv(channels, 3 * channels, Bias::kYes),
      proj(channels, channels, Bias::kYes),
      fc1(channels, mlp_hidden, Bias::kYes),
      fc2(mlp_hidden, channels, Bias::kYes),
      heads_(heads),
      map_size_(map_size),
      window_(std::min(window, map_size)),
      shift_(shifted && map_size > window ? window / 2 : 0),
      bias_index_(make_bias_index(window_)) {
  register_module("norm1", norm1);
  register_module("norm2", norm2);
  nn::add_group(*this, "attn", {{"qkv", qkv.ptr()}, {"proj", proj.ptr()}});
  relative_position_bias_table =
      nn::add_parameter(*named_children()["attn"], "relative_position_bias_table",
                        {(2 * window_ - 1) * (2 * window_ - 1), heads});
  nn::add_group(*this, "mlp", {{"fc1", fc1.ptr()}, {"fc2", fc2.ptr()}});
  if (shift_ > 0) shift_mask_ = make_shift_mask(map_size_, window_, shift_);
}

Tensor SwinBlockImpl::window_bias() const {
  const int64_t t = window_ * window_;
  return relative_position_bias_table
      .index_select(0, bias_index_.to(relative_position_bias_table.device()))
      .view({t, t, heads_})
      .permute({2, 0, 1})
      .contiguous()
      .unsqueeze(0);  // [1,H,W*W,W*W]
}

Tensor SwinBlockImpl::forward(const Tensor& x) const {
  const at::ScalarType type = qkv->compute_type();
  const int64_t b = x.size(0);
  const int64_t n = map_size_;
  const int64_t c = x.size(2);
  Tensor map = norm1->forward(x, type).view({b, n, n, c});
  if (shift_ > 0) map = map.roll({-shift_, -shift_}, {1, 2});
  const auto parts = qkv->forward(to_windows(map, window_)).chunk(3, -1);  // [B*windows,W*W,C]
  const Tensor q = nn::split_heads(parts[0], heads_);                      // [B*windows,H,W*W,K]
  const Tensor k = nn::split_heads(parts[1], heads_);
  const Tensor v = nn::split_heads(parts[2], heads_);
  Tensor bias = window_bias();
  if (shift_ > 0)
    bias = (bias + shift_mask_.to(bias.device())).repeat({b, 1, 1, 1});  // [B*windows,H,..]
  const double scale = 1.0 / std::sqrt(static_cast<double>(q.size(3)));
  const Tensor attended = proj->forward(nn::merge_heads(nn::attention(q, k, v, scale, bias)));
  map = from_windows(attended, window_, n);
  if (shift_ > 0) map = map.roll({shift_, shift_}, {1, 2});
  const Tensor y = x + map.view({b, n * n, c});
  return y + fc2->forward(nn::gelu(fc1->forward(norm2->forward(y, type))));
}

PatchMergingImpl::PatchMergingImpl(int64_t channels, int64_t map_size)
    : norm(4 * channels, kLnEps),
      reduction(4 * channels, 2 * channels, Bias::kNo),
      map_size_(map_size) {
  register_module("norm", norm);
  register_module("reduction", reduction);
}

Tensor PatchMergingImpl::forward(const Tensor& x) const {
  const int64_t half = map_size_ / 2;
  // Order of the four neighbours as (row, column): (0,0), (1,0), (0,1), (1,1).
  const Tensor neighbours = x.view({x.size(0), half, 2, half, 2, x.size(2)})
                                .permute({0, 1, 3, 4, 2, 5})  // [B,h,h,col,row,C]
                                .reshape({x.size(0), half * half, 4 * x.size(2)});
  return reduction->forward(norm->forward(neighbours)).to(at::kFloat);
}

SwinImpl::SwinImpl(const SwinConfig& config)
    : patch_embed(config.embed_dim, config.patch_size),
      patch_norm(config.embed_dim, kLnEps),
      norm(config.out_dim(), kLnEps) {
  nn::add_group(*this, "patch_embed", {{"proj", patch_embed.ptr()}, {"norm", patch_norm.ptr()}});
  int64_t channels = config.embed_dim;
  int64_t map_size = config.image_size / config.patch_size;
  std::vector<std::pair<std::string, std::shared_ptr<torch::nn::Module>>> layers;
  for (size_t i = 0; i < config.depths.size(); ++i) {
    auto layer = std::make_shared<torch::nn::Module>();
    std::vector<SwinBlock> blocks;
    const auto hidden = static_cast<int64_t>(static_cast<double>(channels) * config.mlp_ratio);
    for (int64_t j = 0; j < config.depths[i]; ++j) {
      blocks.emplace_back(channels, config.num_heads[i], map_size, config.window_size,
                          /*shifted=*/j % 2 == 1, hidden);
    }
    nn::add_list(*layer, "blocks", blocks);
    stages.push_back(std::move(blocks));
    if (i + 1 < config.depths.size()) {
      downsamples.emplace_back(channels, map_size);
      layer->register_module("downsample", downsamples.back());
      channels *= 2;
      map_size /= 2;
    }
    layers.emplace_back(std::to_string(i), layer);
  }
  nn::add_group(*this, "layers", layers);
  register_module("norm", norm);
}

SwinImpl::Output SwinImpl::forward(const Tensor& image) const {
  Output out;
  Tensor x = patch_norm->forward(patch_embed->forward(image));  // [B,N*N,C]
  for (size_t i = 0; i < stages.size(); ++i) {
    for (const SwinBlock& block : stages[i]) x = block->forward(x);
    if (i < downsamples.size()) x = downsamples[i]->forward(x);
    out.stages.push_back(x);
  }
  x = norm->forward(x);
  out.tokens = at::cat({x.mean(1, /*keepdim=*/true), x}, 1);  // [B,1+N*N,C]
  return out;
}

}  // namespace lion::models
