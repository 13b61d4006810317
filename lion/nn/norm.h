#pragma once
/// Normalisations. Weights and statistics are float32 whatever the compute type.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

namespace lion::nn {

/// (x - mean) / sqrt(var + eps) * weight + bias over the last dimension.
class LayerNormImpl : public torch::nn::Module {
 public:
  LayerNormImpl(int64_t width, double eps);
  /// x [...,width] float32 -> the same shape, float32.
  at::Tensor forward(const at::Tensor& x) const;
  /// As `forward`, rounded to `type`: what a matrix product of that type reads next.
  at::Tensor forward(const at::Tensor& x, at::ScalarType type) const;

  at::Tensor weight;
  at::Tensor bias;

 private:
  double eps_;
};
TORCH_MODULE(LayerNorm);

/// weight * x / sqrt(mean(x^2) + eps): T5's norm, without mean and bias.
class RmsNormImpl : public torch::nn::Module {
 public:
  RmsNormImpl(int64_t width, double eps);
  /// x [...,width] -> the same shape in `type`.
  at::Tensor forward(const at::Tensor& x, at::ScalarType type) const;

  at::Tensor weight;

 private:
  double eps_;
};
TORCH_MODULE(RmsNorm);

}  // namespace lion::nn
