#include "cli/score_table.h"

#include <algorithm>
#include <iomanip>

#include "lion/base/str.h"

namespace lion::cli {
namespace {

constexpr size_t kShownCategories = 30;

/// Counts are whole numbers, all else has four digits.
std::string metric_text(const std::string& name, double value) {
  const bool is_count = name == "TP" || name == "FP" || name == "TN" || name == "FN" ||
                        name == "categories" || name.starts_with("iou_");
  return fixed(value, is_count ? 0 : 4);
}

}  // namespace

std::string fixed(double value, int digits) {
  return str(std::fixed, std::setprecision(digits), value);
}

std::string table(const std::vector<Row>& rows, std::string_view indent) {
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line(indent);
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string blanks(widths[i] - row[i].size(), ' ');
      line += i == 0 ? str(row[i], blanks) : str("  ", blanks, row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += str(line, "\n");
  }
  return text;
}

std::string score_table(const eval::Score& score) {
  std::vector<Row> rows;
  for (const auto& [name, value] : score.metrics) rows.push_back({name, metric_text(name, value)});
  std::string text = table(rows, "  ");
  if (score.categories.size() < 2 || score.categories.size() > kShownCategories) return text;
  rows = {{"category", "n", "mean"}};
  for (const eval::CategoryScore& one : score.categories) {
    rows.push_back({one.name, str(one.n), fixed(one.value, 4)});
  }
  return text + table(rows, "  ");
}

}  // namespace lion::cli
