#include "lion/nn/inference.h"

#include <torch/torch.h>

#include <algorithm>

#include "lion/nn/activation_checkpoint.h"

namespace lion::nn {

bool use_cpu_kernel(std::initializer_list<at::Tensor> tensors) {
  return std::ranges::all_of(tensors, [](const at::Tensor& t) {
    return t.is_cpu() && (t.scalar_type() == at::kFloat || t.scalar_type() == at::kBFloat16) &&
           !(at::GradMode::is_enabled() && t.requires_grad()) && !runs_in_checkpoint();
  });
}

}  // namespace lion::nn
