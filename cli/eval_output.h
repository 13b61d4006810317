#pragma once
/// Results of evaluations as people read them.

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "lion/eval/compare_runs.h"
#include "lion/eval/evaluate.h"

namespace lion::cli {

/// A benchmark of a group that could not be run, and why.
using Skipped = std::pair<std::string, std::string>;

/// Score, interval and the paper's figures, then metrics and categories, for one benchmark.
std::string evaluation_text(const eval::Evaluation& evaluation);

/// A line per benchmark, then the paper's averages.
std::string evaluation_table(std::span<const eval::Evaluation> evaluations);

/// Test, difference and the first `flips` samples that changed.
std::string comparison_text(const eval::Comparison& comparison, size_t flips);

/// {"command": "eval", "benchmarks": [...], "averages": {...}, "skipped": [...]}
Json evaluations_json(std::span<const eval::Evaluation> evaluations,
                      std::span<const Skipped> skipped);

}  // namespace lion::cli
