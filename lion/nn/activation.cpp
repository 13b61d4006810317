#include "lion/nn/activation.h"

#include <torch/torch.h>

#include "lion/nn/inference.h"
#include "lion/nn/kernels/kernels.h"

namespace lion::nn {

at::Tensor gelu(const at::Tensor& x, Gelu kind) {
  if (kind == Gelu::kErf && use_cpu_kernel({x})) return kernels::gelu(x.contiguous());
  return at::gelu(x, kind == Gelu::kTanh ? "tanh" : "none");
}

at::Tensor gated_gelu(const at::Tensor& gate, const at::Tensor& value, Gelu kind) {
  if (kind == Gelu::kErf && use_cpu_kernel({gate, value})) {
    return kernels::gated_gelu(gate.contiguous(), value.contiguous());
  }
  return gelu(gate, kind) * value;
}

}  // namespace lion::nn
