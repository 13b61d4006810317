#pragma once
/// Figures of a benchmark in columns, for people.

#include <string>
#include <string_view>
#include <vector>

#include "lion/eval/score.h"

namespace lion::cli {

using Row = std::vector<std::string>;

/// "12.35"
std::string fixed(double value, int digits = 2);

/// Lines of cells, each column as wide as its widest cell: the first flush left, the others right.
std::string table(const std::vector<Row>& rows, std::string_view indent = "");

/// A line per metric, then one per category where there are several, but not too many to read.
std::string score_table(const eval::Score& score);

}  // namespace lion::cli
