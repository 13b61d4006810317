#include "cli/eval_output.h"

#include <algorithm>
#include <vector>

#include "cli/score_table.h"
#include "lion/base/str.h"
#include "lion/eval/averages.h"

namespace lion::cli {
namespace {

using eval::BenchmarkInfo;
using eval::Comparison;
using eval::Evaluation;
using eval::Flip;

std::string paper_text(const std::optional<double>& value) { return value ? fixed(*value) : "-"; }

std::string interval_text(const Evaluation& evaluation) {
  const Interval& interval = *evaluation.interval;
  return str(fixed(interval.low), " to ", fixed(interval.high));
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  constexpr size_t kLongest = 100;
  return text.size() <= kLongest ? text : str(text.substr(0, kLongest), "...");
}

void add_flips(std::string& text, std::string_view title, const std::vector<Flip>& flips,
               size_t count) {
  if (flips.empty()) return;
  text += str("  ", title, " (", std::min(count, flips.size()), " of ", flips.size(), "):\n");
  for (size_t i = 0; i < std::min(count, flips.size()); ++i) {
    const Flip& flip = flips[i];
    text += str("    ", flip.id, "  ", fixed(flip.value_a), " -> ", fixed(flip.value_b), "  ",
                one_line(flip.question), "\n      A: ", one_line(flip.answer_a),
                "\n      B: ", one_line(flip.answer_b), "\n      truth: ",
                one_line(flip.truth.dump(-1, ' ', false, Json::error_handler_t::replace)), "\n");
  }
}

}  // namespace

std::string evaluation_text(const Evaluation& evaluation) {
  const BenchmarkInfo& info = *evaluation.benchmark.info;
  if (!evaluation.score) {
    return str(info.title, ": no score, as the files do not say what is right; ",
               evaluation.predictions.size(), " answers are in the submission.\n");
  }
  const eval::Score& score = *evaluation.score;
  std::string text = str(info.title, ": ", info.figure, " ", fixed(score.main), " (95 % ",
                         interval_text(evaluation), ") over ", score.n, " samples");
  if (score.missing > 0) text += str(", ", score.missing, " without an answer");
  text += str("; the paper: LION-4B ", paper_text(info.paper_4b), ", LION-12B ",
              paper_text(info.paper_12b));
  if (!evaluation.not_comparable.empty()) {
    text += str(" (not comparable: ", evaluation.not_comparable, ")");
  }
  text += '\n';
  return text + score_table(score);
}

std::string evaluation_table(std::span<const Evaluation> evaluations) {
  std::vector<Row> rows = {
      {"benchmark", "figure", "score", "95 %", "LION-4B", "LION-12B", "n", "missing"}};
  std::vector<std::pair<std::string, double>> scores;
  for (const Evaluation& one : evaluations) {
    const BenchmarkInfo& info = *one.benchmark.info;
    if (!one.score) {
      rows.push_back({info.name, info.figure, "no answers given", "", "", "", "", ""});
      continue;
    }
    scores.emplace_back(info.name, one.score->main);
    // A star: the paper's figure is of other data.
    const std::string star = one.not_comparable.empty() ? "" : "*";
    rows.push_back({info.name, info.figure, fixed(one.score->main), interval_text(one),
                    paper_text(info.paper_4b) + star, paper_text(info.paper_12b) + star,
                    str(one.score->n), str(one.score->missing)});
  }
  for (const auto& [name, mean] : eval::paper_averages(scores)) {
    rows.push_back({str("mean ", name), "", fixed(mean), "", "", "", "", ""});
  }
  std::string text = table(rows);
  std::vector<std::string> why;
  for (const Evaluation& one : evaluations) {
    const std::string& reason = one.not_comparable;
    if (!reason.empty() && std::find(why.begin(), why.end(), reason) == why.end()) {
      why.push_back(reason);
    }
  }
  if (!why.empty()) text += str("* not comparable: ", join(why, "; "), "\n");
  return text;
}

std::string comparison_text(const Comparison& comparison, size_t flips) {
  const PairedTest& test = comparison.test;
  std::string text =
      str(comparison.benchmark, ", ", comparison.figure, " per sample: A ", fixed(test.mean_a, 4),
          ", B ", fixed(test.mean_b, 4), ", difference ", fixed(test.difference, 4), " (95 % ",
          fixed(test.interval.low, 4), " to ", fixed(test.interval.high, 4),
          "), p = ", fixed(test.p_value, 4), " (", test.test, ", ", test.n, " samples)\n");
  if (!comparison.only_a.empty() || !comparison.only_b.empty()) {
    text += str("  not compared: ", comparison.only_a.size(), " samples only in A, ",
                comparison.only_b.size(), " only in B\n");
  }
  add_flips(text, "better in B", comparison.better, flips);
  add_flips(text, "worse in B", comparison.worse, flips);
  return text;
}

Json evaluations_json(std::span<const Evaluation> evaluations, std::span<const Skipped> skipped) {
  Json json = {{"command", "eval"},
               {"benchmarks", Json::array()},
               {"averages", Json::object()},
               {"skipped", Json::array()}};
  std::vector<std::pair<std::string, double>> scores;
  for (const Evaluation& one : evaluations) {
    json["benchmarks"].push_back(one.result);
    if (one.score) scores.emplace_back(one.benchmark.info->name, one.score->main);
  }
  for (const auto& [name, mean] : eval::paper_averages(scores)) json["averages"][name] = mean;
  for (const auto& [name, why] : skipped) {
    json["skipped"].push_back({{"benchmark", name}, {"what", why}});
  }
  return json;
}

}  // namespace lion::cli
