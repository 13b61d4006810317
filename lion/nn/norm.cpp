#include "lion/nn/norm.h"

#include <torch/torch.h>

#include "lion/nn/finite_scope.h"
#include "lion/nn/inference.h"
#include "lion/nn/kernels/kernels.h"
#include "lion/nn/parameter.h"

namespace lion::nn {
LayerNormImpl::LayerNormImpl(int64_t width, double eps)
    : weight(add_parameter(*this, "weight", {width})),
      bias(add_parameter(*this, "bias", {width})),
      eps_(eps) {}

at::Tensor LayerNormImpl::forward(const at::Tensor& x) const { return forward(x, at::kFloat); }

at::Tensor LayerNormImpl::forward(const at::Tensor& x, at::ScalarType type) const {
  const at::Tensor in = x.to(at::kFloat);
  if (use_cpu_kernel({in, weight, bias})) {
    return checked(*this, kernels::layer_norm(in.contiguous(), weight, bias, eps_, type));
  }
  return checked(*this, at::layer_norm(in, {weight.size(0)}, weight, bias, eps_).to(type));
}

namespace {

/// Our kernel with its gradient.
struct TrainedRmsNorm : torch::autograd::Function<TrainedRmsNorm> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& weight, double eps, at::ScalarType type) {
    context->save_for_backward({x, weight});
    context->saved_data["eps"] = eps;
    return kernels::rms_norm(x, weight, eps, type);
  }
  static std::vector<at::Tensor> backward(torch::autograd::AutogradContext* context,
                                          const std::vector<at::Tensor>& gradients) {
    const auto saved = context->get_saved_variables();
    const auto [x, weight] = kernels::rms_norm_gradients(
        gradients[0].contiguous(), saved[0], saved[1], context->saved_data["eps"].toDouble());
    return {x, weight, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

RmsNormImpl::RmsNormImpl(int64_t width, double eps)
    : weight(add_parameter(*this, "weight", {width})), eps_(eps) {}

at::Tensor RmsNormImpl::forward(const at::Tensor& x, at::ScalarType type) const {
  if (use_cpu_kernel({x, weight})) {
    return checked(*this, kernels::rms_norm(x.contiguous(), weight, eps_, type));
  }
  const at::Tensor in = x.to(at::kFloat);
  if (in.is_cpu()) {
    return checked(*this, TrainedRmsNorm::apply(in.contiguous(), weight, eps_, type));
  }
  const at::Tensor inverse = at::rsqrt(in.square().mean(-1, /*keepdim=*/true) + eps_);
  return checked(*this, (weight * (in * inverse)).to(type));
}

}  // namespace lion::nn
