#pragma once
/// All bodies, as the table of one instruction set.

#include "lion/nn/kernels/attention_body.h"
#include "lion/nn/kernels/gelu_body.h"
#include "lion/nn/kernels/gemv_body.h"
#include "lion/nn/kernels/norm_body.h"
#include "lion/nn/kernels/softmax_body.h"
#include "lion/nn/kernels/table.h"

namespace lion::nn::kernels {

/// V is a type in an anonymous namespace, which keeps every instantiation inside its file.
template <typename V>
constexpr KernelTable table_of() {
  return {gemv_body<V>,
          norm_body<V>,
          norm_gradient_body<V>,
          softmax_body<V>,
          softmax_gradient_body<V>,
          gelu_body<V>,
          attention_body<V>};
}

}  // namespace lion::nn::kernels
