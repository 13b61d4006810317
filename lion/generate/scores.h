#pragma once
/// Scores of the next token: log-softmax, and the rules that act before a token is chosen.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lion/generate/constraint.h"
#include "lion/generate/generate_options.h"

namespace lion {

/// log(sum(exp(row))), summed in double. Not finite when no or not every logit is a number.
double log_sum_exp(std::span<const float> row);

/// Repetition penalty, minimum length, constraint: in this order, as transformers applies them.
class ScoreRules {
 public:
  /// Throws InputError when the options are bad.
  ScoreRules(const GenerateOptions& options, std::shared_ptr<const TokenConstraint> constraint);

  /// logits[i] - shift after the rules [V], -inf where forbidden, never all of it. `generated` is
  /// the history without start id. Throws InputError when the constraint allows an id outside V.
  std::vector<double> apply(std::span<const float> logits, double shift,
                            std::span<const int64_t> generated) const;

  int64_t highest_id() const { return highest_id_; }

  /// Whether `generated` ends here: with the end id, or because it is full.
  bool ends(std::span<const int64_t> generated) const;

 private:
  void penalise(std::span<double> scores, std::span<const int64_t> generated) const;
  void constrain(std::span<double> scores, std::span<const int64_t> generated) const;

  GenerateOptions options_;
  std::shared_ptr<const TokenConstraint> constraint_;
  int64_t highest_id_;
};

}  // namespace lion
