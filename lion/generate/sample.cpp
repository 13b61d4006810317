#include "lion/generate/sample.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "lion/base/random.h"
#include "lion/generate/scores.h"
#include "lion/generate/search.h"

namespace lion {
namespace {

/// The k-th highest score; `finite` is not empty.
double kth_highest(std::vector<double> finite, int64_t k) {
  const auto kth = finite.begin() + std::min(k, static_cast<int64_t>(finite.size())) - 1;
  std::nth_element(finite.begin(), kth, finite.end(), std::greater<>());
  return *kth;
}

int64_t draw(std::span<const TokenProbability> distribution, double uniform) {
  for (const TokenProbability& token : distribution) {
    uniform -= token.probability;
    if (uniform < 0) return token.id;
  }
  return distribution.back().id;  // the probabilities summed to a little less than 1
}

class SampleSearch : public Search {
 public:
  SampleSearch(const GenerateOptions& options, ScoreRules rules)
      : Search(options.num_return_sequences, options.start_id, rules.highest_id()),
        options_(options),
        rules_(std::move(rules)) {
    Random seeds(options.seed);
    for (int64_t i = 0; i < options.num_return_sequences; ++i) {
      streams_.push_back({Random(seeds.next()), 0, true, {}});
    }
  }

 private:
  struct Stream {
    Random random;
    int64_t row;  ///< its row of the step; all read row 0, the prompt's, in the first
    bool open;
    Sequence sequence;
  };

  Next advance(std::span<const Row> rows) override {
    Next next;
    for (size_t i = 0; i < streams_.size(); ++i) {
      Stream& stream = streams_[i];
      if (!stream.open) continue;
      const Row& row = rows[static_cast<size_t>(stream.row)];
      const auto scores = rules_.apply(row.logits, 0, stream.sequence.ids);
      const int64_t id = draw(sampling_distribution(scores, options_), stream.random.uniform());
      stream.sequence.ids.push_back(id);
      stream.sequence.token_logprobs.push_back(row.logprob(id));
      stream.sequence.score += stream.sequence.token_logprobs.back();
      stream.sequence.finished = id == options_.eos_id;
      stream.open = !rules_.ends(stream.sequence.ids);
      next.tokens.push_back({static_cast<int64_t>(i), id});
      if (!stream.open) continue;
      next.wanted.push_back({stream.row, id});
      stream.row = static_cast<int64_t>(next.wanted.size()) - 1;
    }
    return next;
  }

  std::vector<Sequence> collect() const override {
    std::vector<Sequence> sequences;
    for (const Stream& stream : streams_) sequences.push_back(stream.sequence);
    return sequences;
  }

  GenerateOptions options_;
  ScoreRules rules_;
  std::vector<Stream> streams_;
};

}  // namespace

std::vector<TokenProbability> sampling_distribution(std::span<const double> scores,
                                                    const GenerateOptions& options) {
  std::vector<double> finite;
  std::copy_if(scores.begin(), scores.end(), std::back_inserter(finite),
               [](double score) { return std::isfinite(score); });
  const double highest = *std::max_element(finite.begin(), finite.end());
  const double lowest_kept = options.top_k == 0 ? -std::numeric_limits<double>::max()
                                                : kth_highest(std::move(finite), options.top_k);
  std::vector<TokenProbability> kept;
  double total = 0;
  for (size_t id = 0; id < scores.size(); ++id) {
    if (scores[id] < lowest_kept) continue;
    kept.push_back(
        {static_cast<int64_t>(id), std::exp((scores[id] - highest) / options.temperature)});
    total += kept.back().probability;
  }
  std::stable_sort(kept.begin(), kept.end(),
                   [](const auto& a, const auto& b) { return a.probability > b.probability; });
  if (options.top_p < 1) {
    size_t count = 0;
    double reached = 0;
    while (count < kept.size() && reached < options.top_p * total) {
      reached += kept[count++].probability;
    }
    kept.resize(count);
    total = reached;
  }
  for (TokenProbability& token : kept) token.probability /= total;
  return kept;
}

std::unique_ptr<Search> sample_search(const GenerateOptions& options,
                                      std::shared_ptr<const TokenConstraint> constraint) {
  return std::make_unique<SampleSearch>(options, ScoreRules(options, std::move(constraint)));
}

}  // namespace lion
