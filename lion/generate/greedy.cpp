#include <algorithm>
#include <utility>

#include "lion/generate/scores.h"
#include "lion/generate/search.h"

namespace lion {
namespace {

class GreedySearch : public Search {
 public:
  GreedySearch(const GenerateOptions& options, ScoreRules rules)
      : Search(1, options.start_id, rules.highest_id()),
        eos_id_(options.eos_id),
        rules_(std::move(rules)) {}

 private:
  Next advance(std::span<const Row> rows) override {
    const std::vector<double> scores = rules_.apply(rows[0].logits, 0, sequence_.ids);
    const int64_t id = std::max_element(scores.begin(), scores.end()) - scores.begin();
    sequence_.ids.push_back(id);
    sequence_.token_logprobs.push_back(rows[0].logprob(id));
    sequence_.score += sequence_.token_logprobs.back();
    sequence_.finished = id == eos_id_;
    Next next{.tokens = {{0, id}}};
    if (!rules_.ends(sequence_.ids)) next.wanted = {{0, id}};
    return next;
  }

  std::vector<Sequence> collect() const override { return {sequence_}; }

  int64_t eos_id_;
  ScoreRules rules_;
  Sequence sequence_;
};

}  // namespace

std::unique_ptr<Search> greedy_search(const GenerateOptions& options,
                                      std::shared_ptr<const TokenConstraint> constraint) {
  return std::make_unique<GreedySearch>(options, ScoreRules(options, std::move(constraint)));
}

}  // namespace lion
