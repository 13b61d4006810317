#include "lion/eval/score_objects.h"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/random.h"
#include "lion/base/str.h"
#include "lion/metrics/average_precision.h"
#include "lion/metrics/mentions.h"

namespace lion::eval {
namespace {

constexpr int64_t kDraws = 1000;

const std::vector<int64_t>& present(const AnsweredItem& one) { return *one.item->truth.present; }

const std::vector<std::string>& names_of(std::span<const AnsweredItem> answered) {
  return answered.front().item->candidates;
}

bool has(std::span<const int64_t> numbers, int64_t number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

double ratio(double part, double whole) { return whole == 0 ? 0.0 : part / whole; }

/// In how many images each category is. Throws when none is in any.
std::vector<int64_t> images_with(std::span<const AnsweredItem> answered) {
  std::vector<int64_t> counts(names_of(answered).size());
  bool any = false;
  for (const AnsweredItem& one : answered) {
    for (const int64_t number : present(one)) ++counts[static_cast<size_t>(number)];
    any = any || !present(one).empty();
  }
  if (!any) {
    throw InputError(str("categories: none of the ", answered.size(),
                         " answered images has any, so that there is nothing to find. Take more "
                         "images (--limit)."));
  }
  return counts;
}

/// The images in the order of each category.
std::vector<AveragePrecision> rankings(std::span<const AnsweredItem> answered) {
  for (const auto& [item, prediction] : answered) {
    if (prediction->losses.size() == item->candidates.size()) continue;
    throw InputError(str("item ", item->id, ": got ", prediction->losses.size(),
                         " probabilities, expected one for each of ", item->candidates.size(),
                         " categories. Ask the tagger again (--restart)."));
  }
  std::vector<AveragePrecision> all;
  std::vector<double> losses(answered.size());
  for (size_t number = 0; number < names_of(answered).size(); ++number) {
    std::vector<bool> holds(answered.size());
    for (size_t i = 0; i < answered.size(); ++i) {
      losses[i] = answered[i].prediction->losses[number];
      holds[i] = has(present(answered[i]), static_cast<int64_t>(number));
    }
    all.emplace_back(losses, holds);
  }
  return all;
}

/// Names that were given for images, and categories that are in them.
struct Counts {
  int64_t right = 0;  ///< names of what is there
  int64_t named = 0;  ///< names in all
  int64_t found = 0;  ///< categories that are there and were named
  int64_t there = 0;  ///< categories that are there

  double precision() const { return ratio(static_cast<double>(right), static_cast<double>(named)); }
  double recall() const { return ratio(static_cast<double>(found), static_cast<double>(there)); }
  /// 1 where nothing is there and nothing was named.
  double f1() const {
    if (named + there == 0) return 1;
    return 2 * static_cast<double>(found) / static_cast<double>(named + there);
  }
  void add(const Counts& other) {
    right += other.right;
    named += other.named;
    found += other.found;
    there += other.there;
  }
};

/// `numbers` of candidates may have one more than once.
Counts counts_of(const AnsweredItem& one, std::span<const int64_t> numbers) {
  const std::vector<int64_t>& there = present(one);
  return {.right = std::count_if(numbers.begin(), numbers.end(),
                                 [&](int64_t number) { return has(there, number); }),
          .named = static_cast<int64_t>(numbers.size()),
          .found = std::count_if(there.begin(), there.end(),
                                 [&](int64_t number) { return has(numbers, number); }),
          .there = static_cast<int64_t>(there.size())};
}

/// The categories among the names that a tagger gave, each once.
std::vector<int64_t> tags_in(std::string_view text,
                             const std::unordered_map<std::string, int64_t>& numbers) {
  std::vector<int64_t> tags;
  for (const std::string& part : split(text, ',')) {
    const auto known = numbers.find(std::string(trim(part)));
    if (known != numbers.end() && !has(tags, known->second)) tags.push_back(known->second);
  }
  return tags;
}

}  // namespace

void score_tags(Score& score, std::span<const AnsweredItem> answered) {
  const std::vector<int64_t> images = images_with(answered);
  const std::vector<std::string>& names = names_of(answered);
  const std::vector<AveragePrecision> ranked = rankings(answered);
  const std::vector<uint32_t> once(answered.size(), 1);
  std::unordered_map<std::string, int64_t> numbers;
  for (size_t i = 0; i < names.size(); ++i) {
    numbers.emplace(names[i], static_cast<int64_t>(i));
    const std::optional<double> ap = ranked[i].of(once);
    if (ap) score.categories.push_back({names[i], images[i], *ap});
  }
  Counts all;
  for (const AnsweredItem& one : answered) {
    const Counts counts = counts_of(one, tags_in(one.prediction->text, numbers));
    all.add(counts);
    score.ids.push_back(one.item->id);
    score.values.push_back(counts.f1());
  }
  const double map = mean_average_precision(ranked, once);
  score.main = 100 * map;
  score.metrics = {{"mAP", map},
                   {"categories", static_cast<double>(score.categories.size())},
                   {"precision", all.precision()},
                   {"recall", all.recall()}};
}

Interval tags_interval(std::span<const AnsweredItem> answered, const Score& score) {
  const std::vector<AveragePrecision> ranked = rankings(answered);
  std::vector<uint32_t> counts(answered.size());
  double sum = 0;
  const auto holds_any = [&](int64_t image) {
    return !present(answered[static_cast<size_t>(image)]).empty();
  };
  Random again(0);
  std::vector<int64_t> images;
  const auto map = [&](std::span<const int64_t> drawn) {
    images.assign(drawn.begin(), drawn.end());
    while (std::none_of(images.begin(), images.end(), holds_any)) {
      for (int64_t& image : images) image = static_cast<int64_t>(again.below(images.size()));
    }
    std::fill(counts.begin(), counts.end(), 0);
    for (const int64_t image : images) ++counts[static_cast<size_t>(image)];
    const double one = 100 * mean_average_precision(ranked, counts);
    sum += one;
    return one;
  };
  const Interval interval = bootstrap(static_cast<int64_t>(answered.size()), map, kDraws);
  const double off = sum / static_cast<double>(kDraws) - score.main;
  return {std::max(0.0, interval.low - off), std::min(100.0, interval.high - off)};
}

void score_mentions(Score& score, std::span<const AnsweredItem> answered) {
  const std::vector<int64_t> images = images_with(answered);
  const std::vector<std::string>& names = names_of(answered);
  const Mentions mentions(names);
  std::vector<double> named(names.size());  // images whose caption names what they have
  Counts all;
  int64_t hallucinating = 0;
  for (const AnsweredItem& one : answered) {
    const std::vector<int64_t> numbers = mentions.in(one.prediction->text);
    const Counts counts = counts_of(one, numbers);
    all.add(counts);
    hallucinating += counts.right < counts.named ? 1 : 0;
    for (const int64_t number : present(one)) {
      named[static_cast<size_t>(number)] += has(numbers, number) ? 1 : 0;
    }
    if (counts.there == 0) continue;
    score.ids.push_back(one.item->id);
    score.values.push_back(counts.recall());
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (images[i] == 0) continue;
    score.categories.push_back({names[i], images[i], named[i] / static_cast<double>(images[i])});
  }
  const auto wrong = static_cast<double>(all.named - all.right);
  score.main = 100 * all.recall();
  score.metrics = {
      {"recall", all.recall()},
      {"precision", all.precision()},
      {"CHAIRs", static_cast<double>(hallucinating) / static_cast<double>(answered.size())},
      {"CHAIRi", ratio(wrong, static_cast<double>(all.named))}};
}

Interval mentions_interval(std::span<const AnsweredItem> answered, const Score& score) {
  const auto recall = [&](std::span<const int64_t> drawn) {
    double found = 0, there = 0;
    for (const int64_t image : drawn) {
      const auto i = static_cast<size_t>(image);
      const auto size = static_cast<double>(present(answered[i]).size());
      found += score.values[i] * size;
      there += size;
    }
    return 100 * found / there;
  };
  return bootstrap(static_cast<int64_t>(answered.size()), recall, kDraws);
}

}  // namespace lion::eval
