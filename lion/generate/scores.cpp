#include "lion/generate/scores.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "lion/base/error.h"

namespace lion {
namespace {

constexpr double kForbidden = -std::numeric_limits<double>::infinity();

/// The score of the end id when a constraint leaves nothing and the model excludes the end.
constexpr double kLastResort = -1e9;

}  // namespace

double log_sum_exp(std::span<const float> row) {
  float highest = -std::numeric_limits<float>::infinity();
  for (float x : row) highest = std::max(highest, x);
  double sum = 0;
  for (float x : row) sum += std::exp(x - highest);
  return highest + std::log(sum);
}

ScoreRules::ScoreRules(const GenerateOptions& options,
                       std::shared_ptr<const TokenConstraint> constraint)
    : options_(options), constraint_(std::move(constraint)) {
  options_.validate();
  highest_id_ = std::max(options_.start_id, options_.eos_id);
}

std::vector<double> ScoreRules::apply(std::span<const float> logits, double shift,
                                      std::span<const int64_t> generated) const {
  std::vector<double> scores(logits.begin(), logits.end());
  for (double& score : scores) score -= shift;
  penalise(scores, generated);
  const double end_score = scores[static_cast<size_t>(options_.eos_id)];
  const int64_t length = static_cast<int64_t>(generated.size()) + 1;
  if (length < options_.min_length) scores[static_cast<size_t>(options_.eos_id)] = kForbidden;
  if (constraint_) constrain(scores, generated);
  if (std::all_of(scores.begin(), scores.end(), [](double s) { return s == kForbidden; })) {
    scores[static_cast<size_t>(options_.eos_id)] = std::max(end_score, kLastResort);
  }
  return scores;
}

bool ScoreRules::ends(std::span<const int64_t> generated) const {
  return generated.back() == options_.eos_id ||
         static_cast<int64_t>(generated.size()) == options_.max_new_tokens;
}

void ScoreRules::penalise(std::span<double> scores, std::span<const int64_t> generated) const {
  std::vector<int64_t> seen(generated.begin(), generated.end());
  seen.push_back(options_.start_id);
  std::sort(seen.begin(), seen.end());
  seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
  for (int64_t id : seen) {
    double& score = scores[static_cast<size_t>(id)];
    score = score < 0 ? score * options_.repetition_penalty : score / options_.repetition_penalty;
  }
}

void ScoreRules::constrain(std::span<double> scores, std::span<const int64_t> generated) const {
  const std::vector<int64_t> allowed = constraint_->allowed(generated);
  std::vector<double> kept(scores.size(), kForbidden);
  for (int64_t id : allowed) {
    if (id < 0 || id >= static_cast<int64_t>(scores.size())) {
      throw InputError(str("generate: the constraint allows an id outside the vocabulary (got ", id,
                           ", expected 0 to ", scores.size() - 1,
                           "). Build it with the tokenizer of this model."));
    }
    kept[static_cast<size_t>(id)] = scores[static_cast<size_t>(id)];
  }
  std::copy(kept.begin(), kept.end(), scores.begin());
}

}  // namespace lion
