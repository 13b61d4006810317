#pragma once
/// Internal to this component: diagrams of a report. Bars are inline SVG that stretches with the
/// page; names and numbers are HTML, so that they stay legible on a phone and can be read out.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "lion/eval/score.h"
#include "lion/metrics/statistics.h"

namespace lion::eval {

/// A row: this run's score and what the paper printed, all in the paper's units.
struct ScoreBar {
  std::string name;
  std::string link;  ///< to where the benchmark is reported: "#b-coco"
  std::optional<double> score;
  std::optional<Interval> interval;
  std::optional<double> paper_4b;
  std::optional<double> paper_12b;
};
std::string score_chart(std::span<const ScoreBar> bars);

/// A table with a bar in each row, the best first. `heading` names the value.
std::string category_table(std::span<const CategoryScore> categories, const std::string& heading);

/// The counts of the metrics "iou_0.0" to "iou_0.9"; nothing unless all ten are there.
std::optional<std::array<double, 10>> iou_counts(const Metrics& metrics);

/// Ten columns, those from 0.5 marked as right.
std::string iou_histogram(const std::array<double, 10>& counts);

}  // namespace lion::eval
