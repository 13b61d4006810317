#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lion/eval/score_benchmark.h"
#include "lion/eval/score_objects.h"
#include "lion/metrics/pope.h"

namespace lion::eval {
namespace {

/// The items of `score.ids`, in their order.
std::vector<AnsweredItem> scored_items(const Benchmark& benchmark,
                                       std::span<const Prediction> predictions,
                                       const Score& score) {
  std::unordered_map<std::string_view, size_t> numbers;
  for (size_t i = 0; i < benchmark.items.size(); ++i) numbers.emplace(benchmark.items[i].id, i);
  std::vector<AnsweredItem> items;
  for (const std::string& id : score.ids) {
    const size_t number = numbers.at(id);
    items.push_back({&benchmark.items[number], &predictions[number]});
  }
  return items;
}

Interval pope_interval(std::span<const AnsweredItem> items, const Score& score) {
  std::vector<std::pair<bool, bool>> answers;  // said yes, is yes
  for (size_t i = 0; i < items.size(); ++i) {
    const bool yes = items[i].item->truth.texts.at(0) == "yes";
    answers.emplace_back(score.values[i] == 1 ? yes : !yes, yes);
  }
  std::vector<std::pair<bool, bool>> drawn;
  const auto f1 = [&](std::span<const int64_t> units) {
    drawn.clear();
    for (const int64_t unit : units) drawn.push_back(answers[static_cast<size_t>(unit)]);
    return 100 * score_pope(drawn).f1;
  };
  return bootstrap(static_cast<int64_t>(answers.size()), f1);
}

}  // namespace

Interval score_interval(const Benchmark& benchmark, std::span<const Prediction> predictions,
                        const Score& score) {
  switch (benchmark.info->metric) {
    case MetricKind::kPope:
      return pope_interval(scored_items(benchmark, predictions, score), score);
    case MetricKind::kTags:
      return tags_interval(scored_items(benchmark, predictions, score), score);
    case MetricKind::kMentions:
      return mentions_interval(scored_items(benchmark, predictions, score), score);
    default:
      const Interval interval = bootstrap_mean(score.values);
      return {100 * interval.low, 100 * interval.high};
  }
}

}  // namespace lion::eval
