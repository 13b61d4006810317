#include "lion/eval/report/report_samples.h"

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lion/base/str.h"
#include "lion/eval/report/html_text.h"
#include "lion/eval/report/sample_view.h"
#include "lion/eval/report/samples.h"
#include "lion/eval/score_benchmark.h"

namespace lion::eval {
namespace {

/// What a value of Score::values says about its item.
std::string_view value_name(MetricKind metric, std::optional<double> value) {
  switch (metric) {
    case MetricKind::kCaption:
      return "CIDEr";
    case MetricKind::kVqa:
    case MetricKind::kAokvqaDirect:
      return "accuracy";
    case MetricKind::kRanking:
      return "1 / rank";
    case MetricKind::kTags:
      return "F1";
    case MetricKind::kMentions:
      return "recall";
    case MetricKind::kExact:
    case MetricKind::kTop1:
    case MetricKind::kGrounding:
    case MetricKind::kPope:
    case MetricKind::kCircular:
      return value == 1.0 ? "right" : "wrong";
  }
  return "";
}

/// How many passes of the item's question are right, for the pass that is shown may be right while
/// the question is not.
std::string rotations_note(const ReportPart& part, const Item& shown) {
  const std::string question = question_id(shown);
  int64_t passes = 0, right = 0;
  for (size_t i = 0; i < part.predictions.size(); ++i) {
    const Item& item = part.benchmark->items[i];
    if (question_id(item) != question) continue;
    ++passes;
    const int64_t chosen = chosen_candidate(item, part.predictions[i]);
    right += chosen >= 0 && chosen == item.truth.candidate;
  }
  return str("right in ", right, " of ", passes, " rotations; the first one is shown");
}

/// A value of the score, or a sample without one, and the number of its item.
struct Choice {
  int64_t item = 0;
  std::optional<double> value;
};

std::string sample_grid(const ReportPart& part, const std::vector<Choice>& choices,
                        const ReportOptions& options) {
  const MetricKind metric = part.benchmark->info->metric;
  std::string out = "<div class=\"samples\">\n";
  for (const auto& [index, value] : choices) {
    SampleView view{.item = &part.benchmark->items[static_cast<size_t>(index)],
                    .prediction = &part.predictions[static_cast<size_t>(index)],
                    .value = value,
                    .value_name = std::string(value_name(metric, value))};
    if (part.score && part.score->boxes) view.boxes = *part.score->boxes;
    if (metric == MetricKind::kCircular && value) view.note = rotations_note(part, *view.item);
    out += sample_view(view, options);
  }
  return out + "</div>\n";
}

std::string group(const ReportPart& part, std::string_view heading,
                  const std::vector<Choice>& choices, const ReportOptions& options) {
  if (choices.empty()) return "";
  return str("<h3>", heading, "</h3>\n", sample_grid(part, choices, options));
}

/// Without right answers there is no worse or better.
std::string unscored(const ReportPart& part, const ReportOptions& options) {
  std::vector<int64_t> answered;
  for (size_t i = 0; i < part.predictions.size(); ++i) {
    if (part.predictions[i].error.empty()) answered.push_back(static_cast<int64_t>(i));
  }
  const std::vector<double> equal(answered.size());
  std::vector<Choice> choices;
  for (const int64_t i : choose_samples(equal, options.samples).worst) {
    choices.push_back({answered[static_cast<size_t>(i)], std::nullopt});
  }
  return group(part, "Some answers", choices, options);
}

}  // namespace

std::string report_samples(const ReportPart& part, const ReportOptions& options) {
  if (!part.score) return unscored(part, options);
  const auto items = items_by_id(part.benchmark->items);
  std::vector<Choice> known;  // values whose item is in the benchmark
  std::vector<double> values;
  for (size_t i = 0; i < part.score->ids.size(); ++i) {
    const auto item = items.find(part.score->ids[i]);
    if (item == items.end()) continue;
    known.push_back({item->second, part.score->values[i]});
    values.push_back(part.score->values[i]);
  }
  const Samples samples = choose_samples(values, options.samples);
  const auto chosen = [&](const std::vector<int64_t>& numbers) {
    std::vector<Choice> out;
    for (const int64_t i : numbers) out.push_back(known[static_cast<size_t>(i)]);
    return out;
  };
  if (samples.all_equal) {
    const std::string heading =
        str("Some samples: all ", html_count(static_cast<int64_t>(values.size())),
            " have the value ", html_number(values.front(), 2));
    return group(part, heading, chosen(samples.worst), options);
  }
  return group(part, "Worst samples", chosen(samples.worst), options) +
         group(part, "Best samples", chosen(samples.best), options);
}

}  // namespace lion::eval
