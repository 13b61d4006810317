#include "lion/metrics/cider.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace lion {
namespace {

constexpr double kSigma = 6;    // of the penalty for length, in words
constexpr double kScale = 10;   // of the score
constexpr size_t kBigrams = 1;  // index of the order whose number is taken for the length

/// How rare each n-gram is: ln(images) - ln(images that have it in a reference, at least 1).
using Rarity = std::array<std::vector<double>, kOrders>;

/// What a caption's similarity to others needs beside its n-grams.
struct Measures {
  std::array<double, kOrders> norm{};
  double length = 0;  ///< bigrams
};

// Marks each n-gram of an image's references once.
void add_document(const CountedPair& pair, size_t order, std::vector<double>& documents,
                  std::vector<int64_t>& last_seen, int64_t image) {
  for (const NgramCounts& reference : pair.references) {
    for (const NgramCount& one : reference[order]) {
      const auto ngram = static_cast<size_t>(one.ngram);
      if (last_seen[ngram] != image) {
        last_seen[ngram] = image;
        documents[ngram] += 1;
      }
    }
  }
}

Rarity rarity_of(const CountedPairs& captions) {
  const std::vector<CountedPair>& pairs = captions.pairs;
  Rarity rarity;
  const double images = std::log(static_cast<double>(pairs.size()));
  for (size_t order = 0; order < kOrders; ++order) {
    std::vector<double>& values = rarity[order];
    values.assign(captions.ids.size(order + 1), 0);
    std::vector<int64_t> last_seen(values.size(), -1);
    for (size_t i = 0; i < pairs.size(); ++i) {
      add_document(pairs[i], order, values, last_seen, static_cast<int64_t>(i));
    }
    for (double& value : values) {
      value = images - std::log(std::max(1.0, value));
    }
  }
  return rarity;
}

double weight(const NgramCount& one, const std::vector<double>& rarity) {
  return one.count * rarity[static_cast<size_t>(one.ngram)];
}

Measures measures_of(const NgramCounts& caption, const Rarity& rarity) {
  Measures measures;
  for (size_t order = 0; order < kOrders; ++order) {
    double squares = 0;
    for (const NgramCount& one : caption[order]) {
      const double w = weight(one, rarity[order]);
      squares += w * w;
      measures.length += order == kBigrams ? one.count : 0;
    }
    measures.norm[order] = std::sqrt(squares);
  }
  return measures;
}

// The mean over the orders of the clipped cosine, times the penalty for another length.
double similarity(const NgramCounts& candidate, const Measures& of_candidate,
                  const NgramCounts& reference, const Rarity& rarity) {
  const Measures of_reference = measures_of(reference, rarity);
  double sum = 0;
  for (size_t order = 0; order < kOrders; ++order) {
    double value = 0;
    for_each_shared(candidate[order], reference[order],
                    [&](const NgramCount& ours, const NgramCount& theirs) {
                      const double there = weight(theirs, rarity[order]);
                      value += std::min(weight(ours, rarity[order]), there) * there;
                    });
    const double norms = of_candidate.norm[order] * of_reference.norm[order];
    sum += norms != 0 ? value / norms : value;
  }
  const double delta = of_candidate.length - of_reference.length;
  return sum / kOrders * std::exp(-(delta * delta) / (2 * kSigma * kSigma));
}

double score_of(const CountedPair& pair, const Rarity& rarity) {
  const Measures of_candidate = measures_of(pair.candidate, rarity);
  double sum = 0;
  for (const NgramCounts& reference : pair.references) {
    sum += similarity(pair.candidate, of_candidate, reference, rarity);
  }
  return kScale * sum / static_cast<double>(pair.references.size());
}

}  // namespace

std::vector<double> cider_d(const CountedPairs& captions) {
  const Rarity rarity = rarity_of(captions);
  std::vector<double> scores;
  scores.reserve(captions.pairs.size());
  for (const CountedPair& pair : captions.pairs) {
    scores.push_back(score_of(pair, rarity));
  }
  return scores;
}

}  // namespace lion
