#pragma once
/// The distribution that sampling draws from.

#include <cstdint>
#include <span>
#include <vector>

#include "lion/generate/generate_options.h"

namespace lion {

struct TokenProbability {
  int64_t id;
  double probability;
};

/// Softmax of scores [V] / temperature over what top_k, then top_p keep; likeliest first, equals by
/// id. As in transformers, scores equal to the k-th are kept too, and top_p keeps the smallest set
/// that reaches top_p, at least one token. -inf scores are left out; one must be finite.
std::vector<TokenProbability> sampling_distribution(std::span<const double> scores,
                                                    const GenerateOptions& options);

}  // namespace lion
