#pragma once
/// The gradients of all trained parameters as one piece of memory, summed over the ranks in buckets
/// while the backward pass still runs. Source: Li 2020, "PyTorch Distributed".

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lion/train/process_group.h"

namespace lion::train {

/// Trained parameters in the order in which the forward pass meets them.
using NamedParameters = std::vector<std::pair<std::string, at::Tensor>>;

class Gradients {
 public:
  /// Gives every parameter a float32 gradient of zeros. The parameters and `group` must outlive
  /// this object.
  Gradients(const NamedParameters& trained, ProcessGroup& group, int64_t bucket_bytes = 25 << 20);
  ~Gradients();
  Gradients(const Gradients&) = delete;
  Gradients& operator=(const Gradients&) = delete;

  void zero();

  /// Call before the last backward pass of a step: buckets are summed as they fill.
  void sum_as_they_come();
  /// Sums what is left (parameters that no rank used have zeros) and waits for all sums.
  void finish();

  /// The 2-norm of all gradients together.
  double norm() const;
  void scale(double factor);
  /// The name of the first parameter whose gradient is not finite, empty when there is none.
  std::string first_not_finite() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace lion::train
