#include "lion/nn/activation.h"

#include <torch/torch.h>

#include "lion/nn/inference.h"
#include "lion/nn/kernels/kernels.h"

namespace lion::nn {

at::Tensor gelu(const at::Tensor& x, Gelu kind) {
  if (kind == Gelu::kErf && use_cpu_kernel({x})) return kernels::gelu(x.contiguous());
  return at::gelu(x, kind == Gelu::kTanh ? "tanh" : "none");
}

at::Tensor gated_gelu(const at::Tensor& gate, const at::Tensor& value, Gelu kind, Rows rows) {
  if (kind == Gelu::kErf && use_cpu_kernel({gate, value})) {
    return kernels::gated_gelu(gate.contiguous(), value.contiguous());
  }
  if (rows == Rows::kIndependent && gate.is_cpu()) {
    // ATen computes what fills no vector at the end of a tensor by another formula than the rest:
    // the end must be that of each row.
    at::Tensor out = at::empty_like(gate);
    for (int64_t i = 0; i < gate.size(0); ++i) out[i].copy_(gelu(gate[i], kind));
    return out.mul_(value);
  }
  return gelu(gate, kind) * value;
}

}  // namespace lion::nn
