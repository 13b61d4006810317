#pragma once
/// How modules declare parameters and children: without memory until weights are loaded, and under
/// the names of the released checkpoints.

#include <torch/nn/module.h>

#include <string>
#include <utility>
#include <vector>

namespace lion::nn {

/// A float32 tensor of this shape that occupies no memory: one zero seen everywhere (stride 0).
/// Loading or initialising replaces it.
at::Tensor placeholder(at::IntArrayRef shape);

/// True for a tensor made by `placeholder` that nothing has replaced.
bool is_placeholder(const at::Tensor& tensor);

/// Registers a parameter that does not require gradients (a trainer switches them on).
at::Tensor add_parameter(torch::nn::Module& owner, std::string name, at::IntArrayRef shape);

/// Registers children under a nameless container: add_group(*this, "self", {{"query", q}, ...})
/// gives the keys "self.query.*".
void add_group(
    torch::nn::Module& owner, std::string name,
    const std::vector<std::pair<std::string, std::shared_ptr<torch::nn::Module>>>& children);

/// Registers a list of children as "name.0", "name.1", ...
template <typename Holder>
void add_list(torch::nn::Module& owner, std::string name, const std::vector<Holder>& children) {
  std::vector<std::pair<std::string, std::shared_ptr<torch::nn::Module>>> numbered;
  for (size_t i = 0; i < children.size(); ++i) {
    numbered.emplace_back(std::to_string(i), children[i].ptr());
  }
  add_group(owner, std::move(name), numbered);
}

/// Gives every placeholder memory and small random values (normal, std 0.02; norms 1 and 0), the
/// same for the same seed: a model of the right shape and speed that knows nothing.
void randomize(torch::nn::Module& module, uint64_t seed);

}  // namespace lion::nn
