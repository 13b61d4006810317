#include "lion/nn/precision.h"

#include <torch/torch.h>

#include "lion/nn/linear.h"
#include "lion/nn/parameter.h"

namespace lion::nn {
namespace {

void set_type(at::Tensor& parameter, at::ScalarType type) {
  if (!parameter.defined()) return;
  parameter.set_data(is_placeholder(parameter) ? at::zeros({}, type).expand(parameter.sizes())
                                               : parameter.to(type));
}

}  // namespace

void set_compute_type(torch::nn::Module& module, at::ScalarType type) {
  module.apply([type](torch::nn::Module& part) {
    if (auto* linear = part.as<LinearImpl>()) {
      set_type(linear->weight, type);
      set_type(linear->bias, type);
    } else if (auto* embedding = part.as<EmbeddingImpl>()) {
      set_type(embedding->weight, type);
    } else if (auto* conv = part.as<PatchConvImpl>()) {
      set_type(conv->weight, type);
      set_type(conv->bias, type);
    }
  });
}

}  // namespace lion::nn
