#pragma once
/// GELU, alone and as a gate. Without gradients on CPU our own kernels compute it in one pass.

#include <ATen/core/Tensor.h>

#include "lion/nn/rows.h"

namespace lion::nn {

enum class Gelu { kErf, kTanh };  ///< x Phi(x) exactly, or its tanh approximation

/// x of any shape, float32 or bfloat16 -> the same shape and type.
at::Tensor gelu(const at::Tensor& x, Gelu kind = Gelu::kErf);

/// gelu(gate) * value, elementwise; both [...,F] of one shape and type. With Rows::kIndependent, on
/// the CPU, a row of F numbers gives the same bits whatever rows are beside it.
at::Tensor gated_gelu(const at::Tensor& gate, const at::Tensor& value, Gelu kind,
                      Rows rows = Rows::kTogether);

}  // namespace lion::nn
