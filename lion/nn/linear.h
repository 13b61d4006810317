#pragma once
/// Matrix products and tables: the leaf modules whose weights are kept in the compute type
/// (precision.h). LibTorch's own Linear and Embedding have a non-const forward and allocate at
/// once.

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "lion/nn/rows.h"

namespace lion::nn {

enum class Bias { kNo, kYes };

/// y = x W^T + b. Keys: weight [out,in], bias [out].
class LinearImpl : public torch::nn::Module {
 public:
  LinearImpl(int64_t in, int64_t out, Bias bias);

  /// x [...,in] of any float type -> [...,out] in the compute type.
  at::Tensor forward(const at::Tensor& x, Rows rows = Rows::kTogether) const;

  /// As `forward`, with a float32 result that was never rounded to the compute type: for logits,
  /// where bfloat16 would make ties.
  at::Tensor forward_float(const at::Tensor& x, Rows rows = Rows::kTogether) const;

  int64_t in() const { return weight.size(1); }
  int64_t out() const { return weight.size(0); }
  at::ScalarType compute_type() const { return compute_type_; }

  at::Tensor weight;
  at::Tensor bias;  ///< undefined without a bias

 private:
  friend void set_compute_type(torch::nn::Module& module, at::ScalarType type);
  at::ScalarType compute_type_ = at::kFloat;
};
TORCH_MODULE(Linear);

/// x [...,in], weight [out,in], bias [out] or undefined -> [...,out], computed in `type`, rows
/// together.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  at::ScalarType type);

/// A table of rows. Key: weight [rows,width].
class EmbeddingImpl : public torch::nn::Module {
 public:
  EmbeddingImpl(int64_t rows, int64_t width);

  /// ids [...] int64 -> [...,width] in the type that the weight is stored in. Throws InputError on
  /// an id outside the table.
  at::Tensor forward(const at::Tensor& ids) const;

  at::Tensor weight;
};
TORCH_MODULE(Embedding);

/// Cuts an image into squares of side `patch` and maps each to a vector: a convolution whose
/// stride is its size, computed as one matrix product. Keys: weight [out,3,patch,patch], bias
/// [out].
class PatchConvImpl : public torch::nn::Module {
 public:
  PatchConvImpl(int64_t out, int64_t patch);

  /// image [B,3,S,S], S a multiple of `patch` -> [B,(S/patch)^2,out], rows of patches first.
  at::Tensor forward(const at::Tensor& image) const;

  at::Tensor weight;
  at::Tensor bias;

 private:
  friend void set_compute_type(torch::nn::Module& module, at::ScalarType type);
  at::ScalarType compute_type_ = at::kFloat;
};
TORCH_MODULE(PatchConv);

}  // namespace lion::nn
