#pragma once
/// Ranks among candidates: VisDial's figures (Das 2017).
/// Losses as the released T5 has them: sums over the tokens, the end included, not normalised.

#include <cstdint>
#include <span>

namespace lion {

/// Place of candidate `index` when losses ascend, from 1; of equal losses the lower index is first.
/// NaN comes last. Throws InputError when there is no such candidate.
int64_t rank_of(std::span<const double> losses, int64_t index);

struct RankScores {
  double mrr = 0, r1 = 0, r5 = 0, r10 = 0, mean_rank = 0;
};
/// Of the ranks of the right answers, each from 1. Throws InputError when there are none.
RankScores score_ranks(std::span<const int64_t> ranks);

/// -sum of log softmax(logits[t])[targets[t]] over the T targets, the end token included. `logits`
/// is [T,V]. Throws InputError when the sizes do not fit.
double sequence_loss(std::span<const double> logits, std::span<const int64_t> targets);

}  // namespace lion
