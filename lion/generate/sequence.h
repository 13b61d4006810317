#pragma once
/// One answer of a search.

#include <cstdint>
#include <vector>

namespace lion {

struct Sequence {
  std::vector<int64_t> ids;            ///< generated ids without the start id, with the end id
  std::vector<double> token_logprobs;  ///< the model's log-probability of each id, before any rule
  /// Beam search: sum of log-probabilities after the rules / length^length_penalty, as transformers
  /// scores beams. Greedy, sampling and ranking: sum of token_logprobs.
  double score = 0;
  bool finished = false;  ///< ends with the end id; otherwise it was cut at max_new_tokens
};

}  // namespace lion
