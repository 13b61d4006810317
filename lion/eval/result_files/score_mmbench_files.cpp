/// References: MMBench's table with answers (index, A to D, answer, l2-category; separated by tabs
/// or commas). Predictions: a table of index and prediction, a letter or words. Rows whose index is
/// base + 1,000,000 x k are passes with the options rotated by k; those that the references lack
/// are made of the base rows. A question counts when all its passes have a prediction. Predictions
/// without any rotated row are scored by pass 0 alone, and the figure says so.

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "lion/annotations/delimited_table.h"
#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/eval/result_files/score_parts.h"
#include "lion/metrics/circular.h"
#include "lion/metrics/python_text.h"

namespace lion::eval {
namespace {

struct Row {
  int64_t index = 0;
  std::vector<std::string> options;
  int64_t right = 0;
  std::string ability;
};

struct Predicted {
  int64_t index = 0;
  std::string text;
  std::string where;
};

/// The cells of one row by the names of their columns.
class Cells {
 public:
  Cells(const std::filesystem::path& path, const TableHeader& header, const TableRow& row)
      : path_(path), header_(header), row_(row) {}

  /// The first of `names` that is a column. Throws InputError when there is none.
  const std::string& cell(std::initializer_list<const char*> names) const {
    for (const char* name : names) {
      if (const auto column = header_.find(name)) return row_.cells[*column];
    }
    throw InputError(str(path_.string(), ": has no column \"", *names.begin(), "\" (got ",
                         join(header_.names(), ", "),
                         "). Name a table that has it; MMBench's test split has no answers."));
  }

  int64_t index() const {
    const auto index = parse_integer(trim(cell({"index"})));
    if (!index || *index < 0) throw BadRecord{ProblemKind::kMalformed, "\"index\" is no number"};
    return *index;
  }

  /// Columns A, B, ... up to the last one that is not empty.
  std::vector<std::string> options() const {
    std::vector<std::string> options;
    for (char letter = 'A'; letter <= 'Z'; ++letter) {
      const auto column = header_.find(std::string(1, letter));
      if (!column) break;
      options.push_back(row_.cells[*column]);
    }
    while (!options.empty() && python_strip(options.back()).empty()) options.pop_back();
    return options;
  }

 private:
  const std::filesystem::path& path_;
  const TableHeader& header_;
  const TableRow& row_;
};

/// Calls `read` for each row without fault; what is wrong with one goes to the log.
void each_row(const std::filesystem::path& path, FindingLog& log,
              const std::function<void(const Cells&, const std::string& where)>& read) {
  each_table_row(path, [&](const TableHeader& header, const TableRow& row) {
    const std::string where = str(file_name(path), ", line ", row.line);
    if (!row.fault.empty()) return log.malformed(where, row.fault);
    try {
      read(Cells(path, header, row), where);
    } catch (const BadRecord& bad) {
      log.malformed(where, bad.what);
    }
  });
}

Row read_row(const Cells& cells) {
  Row row{cells.index(), cells.options(), 0, cells.cell({"l2-category", "category"})};
  const std::string_view answer = trim(cells.cell({"answer"}));
  row.right = answer.size() == 1 ? answer[0] - 'A' : -1;
  if (row.right < 0 || row.right >= static_cast<int64_t>(row.options.size())) {
    throw BadRecord{
        ProblemKind::kMalformed,
        str("\"answer\" is \"", answer, "\", the question has ", row.options.size(), " options")};
  }
  return row;
}

Row rotated(const Row& base, int64_t shift) {
  const auto n = static_cast<int64_t>(base.options.size());
  Row row{
      base.index + shift * kCircularStep, {}, letter_of_option(base.right, shift, n), base.ability};
  for (int64_t letter = 0; letter < n; ++letter) {
    row.options.push_back(base.options[static_cast<size_t>(shown_option(letter, shift, n))]);
  }
  return row;
}

/// Makes the passes that the references lack.
void add_rotations(std::vector<Row>& rows) {
  std::set<int64_t> known;
  for (const Row& row : rows) known.insert(row.index);
  const size_t n = rows.size();
  for (size_t i = 0; i < n; ++i) {
    if (rows[i].index >= kCircularStep) continue;
    const auto options = static_cast<int64_t>(rows[i].options.size());
    for (int64_t shift = 1; shift < options; ++shift) {
      if (known.contains(rows[i].index + shift * kCircularStep)) continue;
      Row row = rotated(rows[i], shift);
      rows.push_back(std::move(row));
    }
  }
}

template <typename Rows>
bool any_rotated(const Rows& rows) {
  return std::any_of(rows.begin(), rows.end(),
                     [](const auto& row) { return row.index >= kCircularStep; });
}

/// Takes out the passes of questions whose base row is not there: their first pass is not known.
void drop_without_base(std::vector<Row>& rows, const FileScoreOptions& options, FindingLog& log) {
  std::map<int64_t, bool> has_base;
  for (const Row& row : rows) has_base[row.index % kCircularStep] |= row.index < kCircularStep;
  for (const auto& [base, has] : has_base) {
    if (!has) {
      log.malformed(file_name(options.references),
                    str("question ", base, " has no row of its own"));
    }
  }
  std::erase_if(rows, [&](const Row& row) { return !has_base.at(row.index % kCircularStep); });
}

/// The passes of the questions that were answered in every pass.
std::vector<CircularPass> complete_passes(const std::vector<Row>& rows, const IdMatch& match,
                                          const std::vector<std::string>& said,
                                          int64_t& incomplete_questions) {
  std::map<int64_t, bool> complete;
  for (size_t i = 0; i < rows.size(); ++i) {
    const auto place = complete.emplace(rows[i].index % kCircularStep, true).first;
    place->second &= match.answered(i);
  }
  std::vector<CircularPass> passes;
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t question = rows[i].index % kCircularStep;
    if (!complete.at(question)) continue;
    passes.push_back({str(question), rows[i].ability, rows[i].index / kCircularStep,
                      matched_option(said[i], rows[i].options) == rows[i].right});
  }
  incomplete_questions = std::count_if(complete.begin(), complete.end(),
                                       [](const auto& entry) { return !entry.second; });
  return passes;
}

std::vector<ScoredUnit> units_of(std::span<const CircularPass> passes,
                                 const CircularScores& scores) {
  std::vector<ScoredUnit> units;
  for (const CircularPass& pass : passes) {
    if (pass.shift != 0) continue;
    units.push_back({pass.question, scores.hits.at(pass.question) ? 1.0 : 0.0, {pass.ability}});
  }
  return units;
}

void set_metrics(Score& score, const CircularScores& scores) {
  score.metrics = {{"accuracy", scores.accuracy}, {"single_pass_accuracy", scores.vanilla}};
  for (const auto& [name, ability] : scores.abilities) {
    score.metrics.emplace_back(str(ability_column(name)), ability.accuracy);
  }
}

}  // namespace

FileScoreResult score_mmbench_files(const FileScoreOptions& options) {
  FindingLog log;
  std::vector<Row> rows;
  std::map<int64_t, bool> seen;
  each_row(options.references, log, [&](const Cells& cells, const std::string& where) {
    Row row = read_row(cells);
    if (seen.emplace(row.index, true).second) return rows.push_back(std::move(row));
    log.duplicate(where, str("index ", row.index, " is there twice; the first counts"));
  });
  std::vector<Predicted> predictions;
  each_row(options.predictions, log, [&](const Cells& cells, const std::string& where) {
    predictions.push_back({cells.index(), cells.cell({"prediction"}), where});
  });
  drop_without_base(rows, options, log);
  const bool circular = any_rotated(predictions);
  if (circular) {
    add_rotations(rows);
  } else {
    std::erase_if(rows, [](const Row& row) { return row.index >= kCircularStep; });
  }
  IdMatch match(options, log);
  for (const Row& row : rows) match.add(str(row.index), "");
  std::vector<std::string> said(rows.size());
  for (Predicted& prediction : predictions) {
    const auto number = match.answer(str(prediction.index), prediction.where);
    if (number) said[*number] = std::move(prediction.text);
  }
  match.report_missing();

  int64_t incomplete = 0;
  const std::vector<CircularPass> passes = complete_passes(rows, match, said, incomplete);
  CircularScores scores;
  if (!passes.empty()) scores = score_circular(passes);
  FileScoreResult result;
  set_units(result, options, log, units_of(passes, scores));
  result.score.figure = circular ? "accuracy" : "single-pass accuracy";
  result.score.missing = incomplete;
  set_metrics(result.score, scores);
  return result;
}

}  // namespace lion::eval
