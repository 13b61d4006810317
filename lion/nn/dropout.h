#pragma once
/// Dropout, on only where a trainer says so: everywhere else a network is a function of its inputs.

#include <ATen/core/Tensor.h>

namespace lion::nn {

/// Within its scope, on this thread, `dropout` and attention drop at this rate (0 to below 1).
/// Random numbers come from the device's default generator. Scopes nest; the innermost counts.
class DropoutScope {
 public:
  explicit DropoutScope(double rate);
  ~DropoutScope();
  DropoutScope(const DropoutScope&) = delete;
  DropoutScope& operator=(const DropoutScope&) = delete;

 private:
  double before_;
};

/// The rate of the innermost scope; 0 outside of all.
double dropout_rate();

/// x with each element zeroed at that rate and the others scaled up to keep the mean; x itself at
/// rate 0.
at::Tensor dropout(const at::Tensor& x);

}  // namespace lion::nn
