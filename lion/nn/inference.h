#pragma once
/// When our own kernels may replace ATen's operators.

#include <ATen/core/Tensor.h>

#include <initializer_list>

namespace lion::nn {

/// True when all tensors are float32 or bfloat16 on the CPU and no gradient will be asked of them:
/// kernels know no autograd.
bool use_cpu_kernel(std::initializer_list<at::Tensor> tensors);

}  // namespace lion::nn
