#pragma once
/// What every kernel asks of its tensors; internal to the folder. All throw InputError.

#include <ATen/core/Tensor.h>

#include <span>

#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {

/// "[2,3] Float on cpu".
std::string describe(const at::Tensor& tensor);

/// `name`: "gemv: x". Contiguous and on the CPU.
void check_dense(const at::Tensor& tensor, const char* name);

/// Exactly this shape; -1 stands for any size.
void check_sizes(const at::Tensor& tensor, std::span<const int64_t> sizes, const char* name);

/// Of type `expected`.
void check_type(const at::Tensor& tensor, at::ScalarType expected, const char* name);

/// The kernels' type of a float or bf16.
Type type_of(at::ScalarType type, const char* name);

/// Shapes, types and slots of `decode_attention`; returns T of the longest row.
int64_t check_attention(const at::Tensor& q, const at::Tensor& keys, const at::Tensor& values,
                        std::span<const std::span<const int32_t>> slots, const at::Tensor& bias);

}  // namespace lion::nn::kernels
