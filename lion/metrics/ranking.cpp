#include "lion/metrics/ranking.h"

#include <algorithm>
#include <cmath>

#include "lion/base/error.h"

namespace lion {

int64_t rank_of(std::span<const double> losses, int64_t index) {
  const auto n = static_cast<int64_t>(losses.size());
  if (index < 0 || index >= n) {
    throw InputError(str("rank_of: there is no candidate ", index, " (got ", n,
                         " losses). Number candidates from 0."));
  }
  const double own = losses[static_cast<size_t>(index)];
  int64_t rank = 1;
  for (int64_t i = 0; i < n; ++i) {
    const double other = losses[static_cast<size_t>(i)];
    const bool tie = other == own || (std::isnan(other) && std::isnan(own));
    const bool smaller = other < own || (std::isnan(own) && !std::isnan(other));
    if (smaller || (tie && i < index)) ++rank;
  }
  return rank;
}

RankScores score_ranks(std::span<const int64_t> ranks) {
  if (ranks.empty()) {
    throw InputError("score_ranks: there is no rank (expected one or more). Pass some.");
  }
  RankScores scores;
  for (const int64_t rank : ranks) {
    if (rank < 1) {
      throw InputError(str("score_ranks: got rank ", rank, ", expected 1 or more. Count from 1."));
    }
    scores.mrr += 1.0 / static_cast<double>(rank);
    scores.mean_rank += static_cast<double>(rank);
    scores.r1 += rank <= 1 ? 1 : 0;
    scores.r5 += rank <= 5 ? 1 : 0;
    scores.r10 += rank <= 10 ? 1 : 0;
  }
  const auto n = static_cast<double>(ranks.size());
  for (double* figure : {&scores.mrr, &scores.mean_rank, &scores.r1, &scores.r5, &scores.r10}) {
    *figure /= n;
  }
  return scores;
}

double sequence_loss(std::span<const double> logits, std::span<const int64_t> targets) {
  if (targets.empty() || logits.empty() || logits.size() % targets.size() != 0) {
    throw InputError(str("sequence_loss: ", logits.size(), " logits do not make a row for each of ",
                         targets.size(), " targets. Pass [T,V] logits and T targets."));
  }
  const size_t width = logits.size() / targets.size();
  double loss = 0;
  for (size_t t = 0; t < targets.size(); ++t) {
    if (targets[t] < 0 || targets[t] >= static_cast<int64_t>(width)) {
      throw InputError(str("sequence_loss: target ", t, " is ", targets[t], ", expected 0 to ",
                           width - 1, ". Pass ids of the vocabulary."));
    }
    const std::span<const double> row = logits.subspan(t * width, width);
    const double largest = *std::max_element(row.begin(), row.end());
    double sum = 0;
    for (const double logit : row) sum += std::exp(logit - largest);
    loss += largest + std::log(sum) - row[static_cast<size_t>(targets[t])];
  }
  return loss;
}

}  // namespace lion
