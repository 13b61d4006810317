#pragma once
/// Shape checks: a shape comment that runs.

#include <ATen/core/Tensor.h>

#include <initializer_list>
#include <string_view>

namespace lion::nn {

inline constexpr int64_t kAny = -1;  ///< matches every size

/// Throws InputError when the shape of `tensor` differs from `expected`; `what` names it in the
/// message, for instance "AdapterRouter: x".
void check_shape(const at::Tensor& tensor, std::initializer_list<int64_t> expected,
                 std::string_view what);

}  // namespace lion::nn
