#include "lion/metrics/bleu.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lion {
namespace {

// The reference adds these so that no division is by zero.
constexpr double kTiny = 1e-15;
constexpr double kSmall = 1e-9;

/// What BLEU is made of; sums over images are of the same kind.
struct Tally {
  std::array<double, kOrders> correct{};  ///< n-grams that a reference has as well
  std::array<double, kOrders> guessed{};
  double length = 0;
  double reference_length = 0;
};

double closest_length(const WordedPair& pair) {
  const auto length = static_cast<double>(pair.candidate.words.size());
  double best = std::numeric_limits<double>::infinity();
  for (const WordedCaption& reference : pair.references) {
    const auto other = static_cast<double>(reference.words.size());
    const double gain = std::abs(best - length) - std::abs(other - length);
    if (gain > 0 || (gain == 0 && other < best)) {
      best = other;
    }
  }
  return best;
}

// A candidate's n-gram is correct as often as the reference that has it most often allows.
double correct(const std::vector<NgramCount>& candidate, std::span<const NgramCounts> references,
               size_t order) {
  std::vector<NgramCount> allowed = candidate;
  for (NgramCount& one : allowed) {
    one.count = 0;
  }
  for (const NgramCounts& reference : references) {
    auto at = allowed.begin();
    for_each_shared(
        candidate, reference[order], [&](const NgramCount& ours, const NgramCount& theirs) {
          at = std::find_if(at, allowed.end(),
                            [&](const NgramCount& one) { return one.ngram == ours.ngram; });
          at->count = std::max(at->count, std::min(ours.count, theirs.count));
        });
  }
  double sum = 0;
  for (const NgramCount& one : allowed) {
    sum += one.count;
  }
  return sum;
}

Tally tally_of(const WordedPair& pair, const CountedPair& counted) {
  Tally tally;
  tally.length = static_cast<double>(pair.candidate.words.size());
  tally.reference_length = closest_length(pair);
  for (size_t order = 0; order < kOrders; ++order) {
    tally.guessed[order] = std::max(0.0, tally.length - static_cast<double>(order));
    tally.correct[order] = correct(counted.candidate[order], counted.references, order);
  }
  return tally;
}

void add(Tally& sum, const Tally& one) {
  for (size_t order = 0; order < kOrders; ++order) {
    sum.correct[order] += one.correct[order];
    sum.guessed[order] += one.guessed[order];
  }
  sum.length += one.length;
  sum.reference_length += one.reference_length;
}

Bleu bleu_of(const Tally& tally) {
  Bleu scores;
  double product = 1;
  for (size_t order = 0; order < kOrders; ++order) {
    product *= (tally.correct[order] + kTiny) / (tally.guessed[order] + kSmall);
    scores[order] = std::pow(product, 1.0 / static_cast<double>(order + 1));
  }
  const double ratio = (tally.length + kTiny) / (tally.reference_length + kSmall);
  if (ratio < 1) {
    for (double& score : scores) {
      score *= std::exp(1 - 1 / ratio);
    }
  }
  return scores;
}

}  // namespace

BleuScores bleu(std::span<const WordedPair> pairs, const CountedPairs& counted) {
  BleuScores scores;
  Tally sum;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const Tally tally = tally_of(pairs[i], counted.pairs[i]);
    scores.each.push_back(bleu_of(tally));
    add(sum, tally);
  }
  scores.corpus = bleu_of(sum);
  return scores;
}

}  // namespace lion
