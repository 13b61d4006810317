#include "lion/nn/linear.h"

#include <torch/torch.h>

#include "lion/base/error.h"
#include "lion/nn/finite_scope.h"
#include "lion/nn/inference.h"
#include "lion/nn/kernels/kernels.h"
#include "lion/nn/parameter.h"
#include "lion/nn/shape.h"

namespace lion::nn {
namespace {

/// Whether our kernel computes the product: always where rows must not depend on each other, else
/// where they are few, as it then runs at the speed of reading the weights.
bool use_gemv(const at::Tensor& x, const at::Tensor& weight, Rows rows) {
  if (x.numel() == 0 || !use_cpu_kernel({x, weight})) return false;
  return rows == Rows::kIndependent ||
         (weight.is_contiguous() && x.numel() <= kernels::kMaxGemvRows * x.size(-1));
}

at::Tensor product(const at::Tensor& x, const at::Tensor& stored_weight,
                   const at::Tensor& stored_bias, at::ScalarType type, at::ScalarType out_type,
                   Rows rows) {
  // A graph would forbid our kernel.
  const at::AutoGradMode gradients(at::GradMode::is_enabled() && rows == Rows::kTogether);
  at::Tensor typed = x.to(type);
  at::Tensor weight = stored_weight.to(type);
  at::Tensor bias = stored_bias.defined() ? stored_bias.to(type) : stored_bias;
  if (use_gemv(typed, weight, rows)) {
    std::vector<int64_t> shape = x.sizes().vec();
    shape.back() = weight.size(0);
    return kernels::gemv(typed.reshape({-1, weight.size(1)}).contiguous(), weight.contiguous(),
                         bias.defined() ? std::optional(bias) : std::nullopt, out_type)
        .view(shape);
  }
  if (type != out_type) {
    // at::linear rounds its sums to the type of its inputs. Products of the rounded inputs are
    // exact in the wider type.
    typed = typed.to(out_type);
    weight = weight.to(out_type);
    if (bias.defined()) bias = bias.to(out_type);
  }
  return at::linear(typed, weight, bias.defined() ? std::optional(bias) : std::nullopt);
}

}  // namespace

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  at::ScalarType type) {
  return product(x, weight, bias, type, type, Rows::kTogether);
}

LinearImpl::LinearImpl(int64_t in, int64_t out, Bias with_bias)
    : weight(add_parameter(*this, "weight", {out, in})) {
  if (with_bias == Bias::kYes) bias = add_parameter(*this, "bias", {out});
}

at::Tensor LinearImpl::forward(const at::Tensor& x, Rows rows) const {
  return checked(*this, product(x, weight, bias, compute_type_, compute_type_, rows));
}

at::Tensor LinearImpl::forward_float(const at::Tensor& x, Rows rows) const {
  return checked(*this, product(x, weight, bias, compute_type_, at::kFloat, rows));
}

EmbeddingImpl::EmbeddingImpl(int64_t rows, int64_t width)
    : weight(add_parameter(*this, "weight", {rows, width})) {}

at::Tensor EmbeddingImpl::forward(const at::Tensor& ids) const {
  if (ids.is_cpu() && ids.numel() > 0) {
    const int64_t low = ids.min().item<int64_t>();
    const int64_t high = ids.max().item<int64_t>();
    if (low < 0 || high >= weight.size(0)) {
      throw InputError(str("embedding: got id ", low < 0 ? low : high, ", expected 0 to ",
                           weight.size(0) - 1, ". Use the tokenizer of this model."));
    }
  }
  return checked(*this, at::embedding(weight, ids));
}

PatchConvImpl::PatchConvImpl(int64_t out, int64_t patch)
    : weight(add_parameter(*this, "weight", {out, 3, patch, patch})),
      bias(add_parameter(*this, "bias", {out})) {}

at::Tensor PatchConvImpl::forward(const at::Tensor& image) const {
  check_shape(image, {kAny, 3, kAny, kAny}, "PatchConv: image");
  const int64_t b = image.size(0);
  const int64_t p = weight.size(2);
  const int64_t g = image.size(2) / p;  // patches a side
  if (image.size(2) != g * p || image.size(3) != g * p) {
    throw InputError(str("PatchConv: got an image of ", image.size(3), "x", image.size(2),
                         ", expected a square whose side is a multiple of ", p,
                         ". Resize it first."));
  }
  const at::Tensor patches = image.to(compute_type_)
                                 .view({b, 3, g, p, g, p})
                                 .permute({0, 2, 4, 1, 3, 5})         // [B,g,g,3,p,p]
                                 .reshape({b, g * g, 3 * p * p});     // [B,g*g,3*p*p]
  const at::Tensor flat = weight.view({weight.size(0), -1});          // [out,3*p*p]
  return checked(*this, linear(patches, flat, bias, compute_type_));  // [B,g*g,out]
}

}  // namespace lion::nn
