#pragma once
/// Bottleneck adapters and the router that weighs them by task level. Source: LION (CVPR 2024),
/// section 3.1; unlike the paper, each adapter has biases and a learned scale, as in the released
/// weights; docs/architecture.md.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <vector>

#include "lion/nn/linear.h"

namespace lion::models {

struct AdapterConfig {
  int64_t bottleneck = 64;  ///< A
  int64_t count = 2;        ///< 2: region expert and image expert; 1: one for all; 0: none
  bool router = true;       ///< of two: weighed by task level; without, simply added
};

/// scale * up(relu(down(x)))
class AdapterImpl : public torch::nn::Module {
 public:
  AdapterImpl(int64_t d_model, int64_t bottleneck);
  /// x [B,S,D] -> up(relu(down(x))) [B,S,D] in the compute type, not yet scaled.
  at::Tensor unscaled(const at::Tensor& x, nn::Rows rows = nn::Rows::kTogether) const;

  nn::Linear down_proj, up_proj;
  at::Tensor scale;  ///< [1]
};
TORCH_MODULE(Adapter);

/// sum over k of router_ratio_k[level] * adapter_k(x); without a router the plain sum; with one
/// adapter the adapter alone.
class AdapterRouterImpl : public torch::nn::Module {
 public:
  AdapterRouterImpl(int64_t d_model, const AdapterConfig& config);

  /// x [B,S,D] float32, the residual stream before the feed-forward's norm; level [B] int64: 0
  /// region, 1 image -> [B,S,D] float32, to add to the layer's output. Not to be called with 0
  /// adapters.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& level,
                     nn::Rows rows = nn::Rows::kTogether) const;

  std::vector<Adapter> adapters;
  at::Tensor router_ratio1, router_ratio2;  ///< [2,D]: rows by level; undefined without a router
};
TORCH_MODULE(AdapterRouter);

}  // namespace lion::models
