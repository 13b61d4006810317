#pragma once
/// Activation checkpointing: a block keeps its inputs only and is computed again for its gradient.
/// Source: Chen 2016, "Training Deep Nets with Sublinear Memory Cost".

#include <torch/nn/module.h>

#include <functional>
#include <vector>

namespace lion::nn {

/// Within its scope, on this thread, `checkpointed` trades time for memory.
class ActivationCheckpointScope {
 public:
  explicit ActivationCheckpointScope(bool on);
  ~ActivationCheckpointScope();
  ActivationCheckpointScope(const ActivationCheckpointScope&) = delete;
  ActivationCheckpointScope& operator=(const ActivationCheckpointScope&) = delete;

 private:
  bool before_;
};

using TensorFunction = std::function<at::Tensor(const std::vector<at::Tensor>&)>;

/// block(inputs), computed by `module`. Inside an ActivationCheckpointScope, where an input or a
/// parameter of the module requires a gradient, what the block computes on the way is dropped and
/// computed again in the backward pass, with the same random numbers. `block` must outlive the
/// backward pass: capture by value what it needs.
at::Tensor checkpointed(const torch::nn::Module& module, const TensorFunction& block,
                        const std::vector<at::Tensor>& inputs);

/// True in both runs of a block: the first, without a graph, and the second, with one, have to give
/// the same numbers, so operators must not choose by whether gradients are asked for.
bool runs_in_checkpoint();

}  // namespace lion::nn
