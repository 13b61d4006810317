#pragma once
/// Finding the module whose output stopped being finite.

#include <torch/nn/module.h>

namespace lion::nn {

/// Within its scope, on this thread, leaf modules look at what they return. Slow: for running a
/// batch again whose loss was NaN or infinite.
class FiniteScope {
 public:
  FiniteScope();
  ~FiniteScope();
  FiniteScope(const FiniteScope&) = delete;
  FiniteScope& operator=(const FiniteScope&) = delete;

  /// The first module that returned NaN or infinity, null when none did.
  const torch::nn::Module* first() const { return first_; }

 private:
  friend at::Tensor checked(const torch::nn::Module& module, at::Tensor output);
  FiniteScope* before_;
  const torch::nn::Module* first_ = nullptr;
};

/// `output`, after a look at it where a FiniteScope asks for that.
at::Tensor checked(const torch::nn::Module& module, at::Tensor output);

}  // namespace lion::nn
