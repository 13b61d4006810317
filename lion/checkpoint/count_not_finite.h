#pragma once
/// Weights that are no numbers: NaN and infinity, which a bad copy or training leaves behind.

#include <cstdint>

#include "lion/checkpoint/tensor.h"

namespace lion {

/// How many elements of a floating tensor are NaN or infinite; 0 for other types.
int64_t count_not_finite(const TensorView& view);

}  // namespace lion
