#pragma once
/// Small hand-made runs for the tests of the report.

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/report/html_report.h"

namespace lion::eval::test {

/// All that a report is made of. `benchmark.info` follows copies and moves.
struct TestRun {
  BenchmarkInfo info;
  Benchmark benchmark;
  std::vector<Prediction> predictions;
  Score score;
  bool has_score = true;
  std::optional<Interval> interval = Interval{41.23, 53.88};
  ReportOptions options{.model = "toy",
                        .created = "2026-01-31 08:15",
                        .load_item_image = [](const Item&) { return Image::black(64, 48); }};

  ReportPart part() {
    benchmark.info = &info;
    return {&benchmark, predictions, has_score ? &score : nullptr,
            has_score ? interval : std::nullopt};
  }
  std::string report() {
    const std::vector<ReportPart> parts = {part()};
    return html_report(parts, options);
  }
};

/// Questions q0, q1, ...; of `n`, question i has the value i / n.
inline TestRun vqa_run(int64_t n) {
  TestRun run;
  run.info = {.name = "toy_vqa",
              .title = "Toy VQA",
              .metric = MetricKind::kVqa,
              .figure = "accuracy",
              .decoding = {.num_beams = 1, .max_new_tokens = 10, .repetition_penalty = 1.0},
              .paper_4b = 51.08,
              .paper_12b = 57.33};
  run.benchmark.info = &run.info;
  run.benchmark.prompt = "Q: {q} A:";
  run.score.main = 47.5;
  run.score.figure = "accuracy";
  run.score.metrics = {{"accuracy", 0.475}};
  run.score.n = n;
  for (int64_t i = 0; i < n; ++i) {
    Item item{.id = str("q", i)};
    item.question = str("what is object ", i, "?");
    item.prompt = str("Q: ", item.question, " A:");
    item.truth.texts = {"bus", "tram", "bus"};
    run.predictions.push_back({.id = item.id, .text = "bus"});
    run.score.ids.push_back(item.id);
    run.score.values.push_back(static_cast<double>(i) / static_cast<double>(n));
    run.benchmark.items.push_back(std::move(item));
  }
  return run;
}

/// One expression on a black image of 640 x 480, true box (64, 96) to (320, 288), with an answer.
inline TestRun grounding_run(const std::string& answer) {
  TestRun run;
  run.info = {.name = "toy_rec",
              .title = "Toy REC",
              .metric = MetricKind::kGrounding,
              .figure = "accuracy",
              .level = TaskLevel::kRegion};
  Item item{.id = "r1", .prompt = "Where is the cat?", .question = "the cat"};
  item.truth.box = PixelBox{64, 96, 320, 288};
  run.benchmark.items.push_back(std::move(item));
  run.predictions.push_back({.id = "r1", .text = answer});
  run.score = {.main = 100, .figure = "accuracy", .ids = {"r1"}, .values = {1}, .n = 1};
  run.options.load_item_image = [](const Item&) { return Image::black(640, 480); };
  return run;
}

inline int64_t count(std::string_view text, std::string_view part) {
  int64_t n = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// Checks that elements are closed in the order in which they are opened; "" or what is wrong.
inline std::string unbalanced(std::string_view html) {
  static const std::set<std::string, std::less<>> kVoid = {"meta", "img", "br", "!doctype"};
  std::vector<std::string> open;
  for (size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
    const size_t end = html.find('>', at);
    if (end == std::string_view::npos) return "a tag has no end";
    const bool closes = html[at + 1] == '/';
    const size_t first = at + (closes ? 2 : 1);
    const std::string name(html.substr(first, html.find_first_of(" >/\n", first) - first));
    if (closes) {
      if (open.empty() || open.back() != name) {
        return str("</", name, "> closes <", open.empty() ? "" : open.back(), ">");
      }
      open.pop_back();
    } else if (!kVoid.contains(name) && html[end - 1] != '/') {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : str("<", open.back(), "> stays open");
}

/// What an InputError says; fails when there is none.
template <typename Function>
std::string error_of(Function&& function) {
  try {
    function();
  } catch (const InputError& e) {
    return e.what();
  }
  ADD_FAILURE() << "no InputError";
  return {};
}

}  // namespace lion::eval::test
