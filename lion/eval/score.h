#pragma once
/// Figures of one benchmark: the main one, all others, those of each category and of each item.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lion/text/box_format.h"

namespace lion::eval {

/// Name and value in the order in which they are shown. Fractions: accuracy 0..1, CIDEr 0..10 / 10
/// is left as pycocoevalcap gives it (1.382 is the paper's 138.2). Counts and mean ranks as they
/// are.
using Metrics = std::vector<std::pair<std::string, double>>;

struct CategoryScore {
  std::string name;
  int64_t n = 0;
  double value = 0;  ///< of the main figure's kind, fraction
};

struct Score {
  double main = 0;  ///< as the paper prints it: a percentage, CIDEr x 100, MRR x 100
  std::string figure;
  Metrics metrics;
  std::vector<CategoryScore> categories;
  /// One value per answered unit (item; for MMBench question) whose mean is the main figure where
  /// it is a mean, and how well the item went elsewhere (POPE: 1 right, 0 wrong; tags: F1; objects
  /// named: recall). In the order of `ids`, for intervals, paired tests and the report.
  std::vector<std::string> ids;
  std::vector<double> values;
  int64_t n = 0;        ///< items (MMBench: questions) that the score rests on
  int64_t missing = 0;  ///< items without an answer; they are not in `n`
  /// What to know of the score, in words: answers whose boxes are not in the unit asked for, ...
  std::vector<std::string> notes;
  std::optional<BoxFormat> boxes;  ///< of the answers, where it is not the one asked for
};

}  // namespace lion::eval
