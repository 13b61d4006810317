#include "lion/generate/search.h"

#include <cmath>
#include <utility>

#include "lion/base/error.h"
#include "lion/generate/scores.h"

namespace lion {

std::vector<Search::Token> Search::accept(const Logits& logits) {
  LION_CHECK(!done() && logits.rows() == static_cast<int64_t>(wanted_.size()), "Got ",
             logits.rows(), " rows, wanted ", wanted_.size(), ".");
  if (highest_id_ >= logits.vocabulary) {
    wanted_.clear();
    failure_ = std::make_exception_ptr(InputError(
        str("generate: a token id is not in the vocabulary (got ", highest_id_, ", expected 0 to ",
            logits.vocabulary - 1, "). Use the tokenizer of this model.")));
    return {};
  }
  std::vector<Row> rows;
  for (int64_t i = 0; i < logits.rows(); ++i) {
    rows.push_back({logits.row(i), log_sum_exp(logits.row(i))});
    if (std::isfinite(rows.back().log_sum)) continue;
    wanted_.clear();
    failure_ = std::make_exception_ptr(ResourceError(
        str("generate: the model's logits are not numbers (got a log-sum of ", rows.back().log_sum,
            ", expected a finite one). The weights may be damaged: convert them again, or try "
            "another dtype.")));
    return {};
  }
  Next next = advance(rows);
  wanted_ = std::move(next.wanted);
  return std::move(next.tokens);
}

std::vector<Sequence> Search::results() const {
  LION_CHECK(done(), "The search still wants ", wanted_.size(), " rows.");
  if (failure_) std::rethrow_exception(failure_);
  return collect();
}

std::unique_ptr<Search> make_search(const GenerateOptions& options,
                                    std::shared_ptr<const TokenConstraint> constraint) {
  if (options.strategy == Strategy::kSample) return sample_search(options, std::move(constraint));
  if (options.num_beams == 1) return greedy_search(options, std::move(constraint));
  return beam_search(options, std::move(constraint));
}

}  // namespace lion
