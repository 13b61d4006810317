#pragma once
/// The one place that decides number types: matrix products (Linear, Embedding, PatchConv) run in
/// the compute type, whatever their weights are stored in (a trainer keeps float32 masters);
/// everything else (norms, residual streams, softmax, routers, scales, position tables) is float32.
/// So a bfloat16 model differs from the float32 one by the rounding of matrix operands alone, as in
/// the released code under autocast (docs/architecture.md).

#include <c10/core/ScalarType.h>
#include <torch/nn/module.h>

namespace lion::nn {

/// All matrix modules below `module` compute in this type, and their parameters are stored in it
/// (placeholders stay without memory). Call before loading: weights are converted to the type their
/// parameter has.
void set_compute_type(torch::nn::Module& module, at::ScalarType type);

}  // namespace lion::nn
