#include "lion/eval/score_benchmark.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>
#include <unordered_map>
#include <utility>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/score_objects.h"
#include "lion/metrics/caption_scores.h"
#include "lion/metrics/circular.h"
#include "lion/metrics/grounding.h"
#include "lion/metrics/pope.h"
#include "lion/metrics/ranking.h"

namespace lion::eval {
namespace {

std::string folded(std::string_view text) {
  text = trim(text);
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.remove_suffix(1);
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// The option called by its letter as prompts print it, "(b)", or by nothing but the letter; -1
/// when there is none or more than one. A lone small letter within a sentence may be a word.
int64_t lettered_option(std::string_view answer, size_t options) {
  const std::string all = folded(answer);
  int64_t found = -1;
  for (size_t i = 0; i < std::min<size_t>(options, 26); ++i) {
    const std::string letter(1, static_cast<char>('a' + i));
    const std::string bracketed = str("(", letter, ")");
    if (all != letter && all.find(bracketed) == std::string::npos) continue;
    if (found >= 0) return -1;
    found = static_cast<int64_t>(i);
  }
  return found;
}

/// Sets `values` for the pairs, the main figure to their mean, and the categories to theirs.
void set_means(Score& score, std::span<const AnsweredItem> pairs, std::vector<double> values) {
  std::map<std::string, std::pair<int64_t, double>> sums;
  double sum = 0;
  for (size_t i = 0; i < pairs.size(); ++i) {
    score.ids.push_back(pairs[i].item->id);
    sum += values[i];
    auto& [n, category] = sums[pairs[i].item->category];
    ++n;
    category += values[i];
  }
  for (const auto& [name, part] : sums) {
    if (name.empty()) continue;
    score.categories.push_back({name, part.first, part.second / static_cast<double>(part.first)});
  }
  score.main = 100 * sum / static_cast<double>(pairs.size());
  score.values = std::move(values);
}

void score_captions_of(Score& score, std::span<const AnsweredItem> pairs) {
  std::vector<CaptionPair> captions;
  for (const AnsweredItem& pair : pairs) {
    captions.push_back({pair.prediction->text, pair.item->truth.texts});
  }
  CaptionScores scores = score_captions(captions);
  score.metrics = {{"CIDEr", scores.cider}};
  for (size_t n = 0; n < scores.bleu.size(); ++n) {
    score.metrics.emplace_back(str("BLEU-", n + 1), scores.bleu[n]);
  }
  score.metrics.emplace_back("ROUGE-L", scores.rouge_l);
  set_means(score, pairs, std::move(scores.cider_each));
  score.main = 100 * scores.cider;
}

void score_answers(Score& score, std::span<const AnsweredItem> pairs, const std::string& name,
                   const std::function<double(const Item&, const std::string&)>& accuracy) {
  std::vector<double> values;
  for (const AnsweredItem& pair : pairs)
    values.push_back(accuracy(*pair.item, pair.prediction->text));
  set_means(score, pairs, std::move(values));
  score.metrics = {{name, score.main / 100}};
}

void score_top1(Score& score, std::span<const AnsweredItem> pairs) {
  std::vector<double> values;
  for (const AnsweredItem& pair : pairs) {
    const int64_t chosen = chosen_candidate(*pair.item, *pair.prediction);
    values.push_back(chosen == pair.item->truth.candidate ? 1 : 0);
  }
  set_means(score, pairs, std::move(values));
  score.metrics = {{"accuracy", score.main / 100}};
}

void score_ranking(Score& score, std::span<const AnsweredItem> pairs) {
  std::vector<int64_t> ranks;
  std::vector<double> values;
  for (const AnsweredItem& pair : pairs) {
    ranks.push_back(rank_of(pair.prediction->losses, pair.item->truth.candidate));
    values.push_back(1.0 / static_cast<double>(ranks.back()));
  }
  const RankScores scores = score_ranks(ranks);
  set_means(score, pairs, std::move(values));
  score.metrics = {{"MRR", scores.mrr},
                   {"R@1", scores.r1},
                   {"R@5", scores.r5},
                   {"R@10", scores.r10},
                   {"mean_rank", scores.mean_rank}};
}

void score_boxes(Score& score, std::span<const AnsweredItem> pairs) {
  const auto size = [](const Item& item) {
    return std::pair(item.official.at("width").get<int64_t>(),
                     item.official.at("height").get<int64_t>());
  };
  BoxFormatGuess guess({BoxUnit::kFractions, BoxOrder::kCorners});
  for (const auto& [item, prediction] : pairs) {
    const auto [width, height] = size(*item);
    const std::optional<Box> box = first_box(prediction->text);
    if (box) guess.add({box->x0, box->y0, box->x1, box->y1}, width, height, &*item->truth.box);
  }
  const auto [format, other, words] = guess.result();
  if (!words.empty()) score.notes.push_back(words);
  if (other) score.boxes = format;
  std::vector<std::optional<double>> ious;
  std::vector<double> values;
  for (const auto& [item, prediction] : pairs) {
    const auto [width, height] = size(*item);
    ious.emplace_back();
    if (const std::optional<Box> box = first_box(prediction->text)) {
      const std::array<double, 4> numbers = {box->x0, box->y0, box->x1, box->y1};
      ious.back() = box_iou(box_in_pixels(numbers, format, width, height), *item->truth.box);
    }
    values.push_back(ious.back().value_or(0) >= 0.5 ? 1 : 0);
  }
  const GroundingScores scores = score_grounding(ious);
  set_means(score, pairs, std::move(values));
  score.metrics = {
      {"accuracy", scores.accuracy}, {"mean_iou", scores.mean_iou}, {"parsed", scores.parsed}};
  for (size_t bin = 0; bin < scores.histogram.size(); ++bin) {
    score.metrics.emplace_back(str("iou_0.", bin), static_cast<double>(scores.histogram[bin]));
  }
}

void score_yes_no(Score& score, std::span<const AnsweredItem> pairs) {
  std::vector<std::pair<bool, bool>> answers;
  std::vector<double> values;
  for (const auto& [item, prediction] : pairs) {
    answers.emplace_back(pope_says_yes(prediction->text), item->truth.texts.at(0) == "yes");
    values.push_back(answers.back().first == answers.back().second ? 1 : 0);
  }
  const PopeScores scores = score_pope(answers);
  set_means(score, pairs, std::move(values));
  score.main = 100 * scores.f1;
  score.metrics = {{"F1", scores.f1},
                   {"accuracy", scores.accuracy},
                   {"precision", scores.precision},
                   {"recall", scores.recall},
                   {"yes_ratio", scores.yes_ratio},
                   {"TP", static_cast<double>(scores.tp)},
                   {"FP", static_cast<double>(scores.fp)},
                   {"TN", static_cast<double>(scores.tn)},
                   {"FN", static_cast<double>(scores.fn)}};
}

std::string question_of(const Item& item) {
  return item.official.at("question").get<std::string>();
}

void score_passes(Score& score, std::span<const AnsweredItem> pairs) {
  std::vector<CircularPass> passes;
  for (const AnsweredItem& pair : pairs) {
    const int64_t chosen = chosen_candidate(*pair.item, *pair.prediction);
    passes.push_back({question_of(*pair.item), pair.item->category,
                      pair.item->official.at("shift").get<int64_t>(),
                      chosen >= 0 && chosen == pair.item->truth.candidate});
  }
  const CircularScores scores = score_circular(passes);
  score.main = 100 * scores.accuracy;
  score.n = scores.questions;
  score.metrics = {{"accuracy", scores.accuracy}, {"single_pass_accuracy", scores.vanilla}};
  for (const auto& [name, ability] : scores.abilities) {
    score.metrics.emplace_back(str(ability_column(name)), ability.accuracy);
    score.categories.push_back({name, ability.questions, ability.accuracy});
  }
  for (const auto& [question, hit] : scores.hits) {
    score.ids.push_back(question);
    score.values.push_back(hit ? 1 : 0);
  }
}

/// Takes out the passes of questions of which one was not answered; returns how many questions.
int64_t drop_incomplete(std::vector<AnsweredItem>& pairs, const Benchmark& benchmark,
                        std::span<const Prediction> predictions) {
  std::map<std::string, bool> incomplete;
  for (size_t i = 0; i < predictions.size(); ++i) {
    if (!predictions[i].error.empty()) incomplete[question_of(benchmark.items[i])] = true;
  }
  std::erase_if(pairs, [&](const AnsweredItem& pair) {
    return incomplete.contains(question_of(*pair.item));
  });
  return static_cast<int64_t>(incomplete.size());
}

bool has_truth(const Item& item, MetricKind metric) {
  switch (metric) {
    case MetricKind::kTop1:
    case MetricKind::kRanking:
    case MetricKind::kCircular:
      return item.truth.candidate >= 0;
    case MetricKind::kGrounding:
      return item.truth.box.has_value();
    case MetricKind::kTags:
    case MetricKind::kMentions:
      return item.truth.present.has_value();
    default:
      return !item.truth.texts.empty();
  }
}

}  // namespace

bool can_be_scored(const Benchmark& benchmark) {
  return std::any_of(benchmark.items.begin(), benchmark.items.end(),
                     [&](const Item& item) { return has_truth(item, benchmark.info->metric); });
}

int64_t chosen_candidate(const Item& item, const Prediction& prediction) {
  if (!prediction.losses.empty()) {
    if (prediction.losses.size() != item.candidates.size()) return -1;
    for (size_t i = 0; i < prediction.losses.size(); ++i) {
      if (rank_of(prediction.losses, static_cast<int64_t>(i)) == 1) return static_cast<int64_t>(i);
    }
    return -1;
  }
  for (size_t i = 0; i < item.candidates.size(); ++i) {
    if (folded(item.candidates[i]) == folded(prediction.text)) return static_cast<int64_t>(i);
  }
  const int64_t lettered = lettered_option(prediction.text, item.candidates.size());
  return lettered >= 0 ? lettered : matched_option(prediction.text, item.candidates);
}

Score score_benchmark(const Benchmark& benchmark, std::span<const Prediction> predictions,
                      const ScoreOptions& options) {
  const MetricKind metric = benchmark.info->metric;
  LION_CHECK(predictions.size() == benchmark.items.size(), predictions.size(), " predictions.");
  Score score;
  score.figure = benchmark.info->figure;
  std::vector<AnsweredItem> pairs;
  for (size_t i = 0; i < predictions.size(); ++i) {
    if (!predictions[i].error.empty()) continue;
    if (!has_truth(benchmark.items[i], metric)) continue;
    pairs.push_back({&benchmark.items[i], &predictions[i]});
  }
  score.missing = static_cast<int64_t>(predictions.size() - pairs.size());
  if (metric == MetricKind::kCircular)
    score.missing = drop_incomplete(pairs, benchmark, predictions);
  if (pairs.empty()) {
    const auto failed = std::find_if(predictions.begin(), predictions.end(),
                                     [](const Prediction& one) { return !one.error.empty(); });
    throw InputError(str(benchmark.info->name, ": there is no answer to score (",
                         predictions.size(), " items, none answered",
                         failed == predictions.end() ? "" : str("; the first: ", failed->error),
                         "). Fix what it says and run the same command again."));
  }
  score.n = static_cast<int64_t>(pairs.size());
  switch (metric) {
    case MetricKind::kCaption:
      score_captions_of(score, pairs);
      break;
    case MetricKind::kVqa:
      score_answers(score, pairs, "accuracy", [&](const Item& item, const std::string& text) {
        return vqa_accuracy(text, item.truth.texts, options.vqa);
      });
      break;
    case MetricKind::kAokvqaDirect:
      score_answers(score, pairs, "accuracy", [&](const Item& item, const std::string& text) {
        return aokvqa_accuracy(text, item.truth.texts, options.aokvqa);
      });
      break;
    case MetricKind::kExact:
      score_answers(score, pairs, "accuracy", [](const Item& item, const std::string& text) {
        return std::any_of(item.truth.texts.begin(), item.truth.texts.end(),
                           [&](const std::string& truth) { return gqa_correct(text, truth); })
                   ? 1.0
                   : 0.0;
      });
      break;
    case MetricKind::kTop1:
      score_top1(score, pairs);
      break;
    case MetricKind::kRanking:
      score_ranking(score, pairs);
      break;
    case MetricKind::kGrounding:
      score_boxes(score, pairs);
      break;
    case MetricKind::kPope:
      score_yes_no(score, pairs);
      break;
    case MetricKind::kCircular:
      score_passes(score, pairs);
      break;
    case MetricKind::kTags:
      score_tags(score, pairs);
      break;
    case MetricKind::kMentions:
      score_mentions(score, pairs);
      break;
  }
  return score;
}

}  // namespace lion::eval
