#include "lion/metrics/rouge.h"

#include <algorithm>

namespace lion {
namespace {

constexpr double kBeta = 1.2;

// Length of the longest sequence that is found in both in order, gaps allowed.
double longest_common(std::span<const int32_t> a, std::span<const int32_t> b) {
  std::vector<int32_t> row(b.size() + 1, 0);
  for (const int32_t token : a) {
    int32_t diagonal = 0;
    for (size_t i = 0; i < b.size(); ++i) {
      const int32_t above = row[i + 1];
      row[i + 1] = b[i] == token ? diagonal + 1 : std::max(above, row[i]);
      diagonal = above;
    }
  }
  return row.back();
}

double score_of(const WordedPair& pair) {
  const std::vector<int32_t>& candidate = pair.candidate.tokens;
  double precision = 0;
  double recall = 0;
  for (const WordedCaption& reference : pair.references) {
    const double common = longest_common(candidate, reference.tokens);
    precision = std::max(precision, common / static_cast<double>(candidate.size()));
    recall = std::max(recall, common / static_cast<double>(reference.tokens.size()));
  }
  if (precision == 0 || recall == 0) {
    return 0;
  }
  return (1 + kBeta * kBeta) * precision * recall / (recall + kBeta * kBeta * precision);
}

}  // namespace

std::vector<double> rouge_l(std::span<const WordedPair> pairs) {
  std::vector<double> scores;
  scores.reserve(pairs.size());
  for (const WordedPair& pair : pairs) {
    scores.push_back(score_of(pair));
  }
  return scores;
}

}  // namespace lion
