#include "lion/nn/finite_scope.h"

#include <torch/torch.h>

namespace lion::nn {
namespace {

thread_local FiniteScope* current = nullptr;

}  // namespace

FiniteScope::FiniteScope() : before_(current) { current = this; }
FiniteScope::~FiniteScope() { current = before_; }

at::Tensor checked(const torch::nn::Module& module, at::Tensor output) {
  if (current && !current->first_ && !at::isfinite(output).all().item<bool>()) {
    current->first_ = &module;
  }
  return output;
}

}  // namespace lion::nn
