#pragma once
/// From the engine's plain options to torch's types. For sources only.

#include <ATen/core/Tensor.h>

#include "lion/engine/options.h"
#include "lion/models/adapter.h"

namespace lion {

inline at::ScalarType scalar_type(ComputeType type) {
  return type == ComputeType::kBf16 ? at::kBFloat16 : at::kFloat;
}

/// The torch device. Throws ResourceError when there is no usable GPU.
at::Device torch_device(Device device);

}  // namespace lion
