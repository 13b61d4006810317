#pragma once
/// Internal to this component: what PyTorch's functions that make tensors would make of their
/// arguments.

#include <functional>
#include <string>
#include <vector>

#include "lion/checkpoint/pickle.h"

namespace lion {

/// Throws the error that the pickle does what it must not.
using PickleFailure = std::function<void(const std::string& what)>;

/// The tensor of one call. Every argument is honoured, has no influence on the numbers
/// (requires_grad, hooks, attributes), or makes the tensor unreadable. Calls `fail`, which must
/// throw, when the arguments are none that PyTorch writes.
PickleTensor rebuild_tensor(const PickleGlobal& function, const std::vector<PickleRef>& args,
                            const PickleFailure& fail);

}  // namespace lion
