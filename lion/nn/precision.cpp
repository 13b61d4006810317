#include "lion/nn/precision.h"

#include <torch/torch.h>

#include "lion/nn/linear.h"
#include "lion/nn/parameter.h"

namespace lion::nn {
namespace {

void store_in(at::Tensor& parameter, at::ScalarType type) {
  if (!parameter.defined()) return;
  parameter.set_data(is_placeholder(parameter) ? at::zeros({}, type).expand(parameter.sizes())
                                               : parameter.to(type));
}

}  // namespace

void set_compute_type(torch::nn::Module& module, at::ScalarType type) {
  module.apply([type](torch::nn::Module& part) {
    if (auto* linear = part.as<LinearImpl>()) {
      linear->compute_type_ = type;
      store_in(linear->weight, type);
      store_in(linear->bias, type);
    } else if (auto* embedding = part.as<EmbeddingImpl>()) {
      store_in(embedding->weight, type);
    } else if (auto* conv = part.as<PatchConvImpl>()) {
      conv->compute_type_ = type;
      store_in(conv->weight, type);
      store_in(conv->bias, type);
    }
  });
}

}  // namespace lion::nn
