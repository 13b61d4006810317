/// References: POPE's lines (or a list) of question_id and label, "yes" or "no". Predictions: lines
/// (or a list) of question_id and answer (or text). Where a file goes without question_id, as
/// POPE's own answer files do, the n-th prediction answers the n-th question.

#include <algorithm>
#include <utility>

#include "lion/base/str.h"
#include "lion/eval/result_files/score_parts.h"
#include "lion/metrics/pope.h"
#include "lion/metrics/python_text.h"

namespace lion::eval {
namespace {

struct YesNo {
  std::string id;  ///< "" without question_id
  int64_t place = 0;
  bool yes = false;
  std::string where;
};

std::string id_of(const RecordFields& fields) {
  return fields.has("question_id") ? fields.id("question_id") : "";
}

bool read_label(const RecordFields& fields) {
  const std::string label = python_lower(python_strip(fields.text("label")));
  if (label != "yes" && label != "no") {
    throw BadRecord{ProblemKind::kMalformed, str("\"label\" is \"", label, "\", not yes or no")};
  }
  return label == "yes";
}

std::vector<YesNo> read(const std::filesystem::path& path, FindingLog& log,
                        bool (*is_yes)(const RecordFields&)) {
  std::vector<YesNo> records;
  each_result(path, log, [&](const ResultRecord& record) {
    const bool yes = is_yes(record.fields);
    records.push_back({id_of(record.fields), record.place, yes, record.where});
  });
  return records;
}

bool says_yes(const RecordFields& fields) {
  return pope_says_yes(fields.text(fields.has("answer") ? "answer" : "text"));
}

bool has_no_id(const YesNo& record) { return record.id.empty(); }

/// Whether places must do for ids.
bool lacks_ids(const std::vector<YesNo>& questions, const std::vector<YesNo>& predictions) {
  return std::any_of(questions.begin(), questions.end(), has_no_id) ||
         std::all_of(predictions.begin(), predictions.end(), has_no_id);
}

Metrics metrics_of(const PopeScores& scores) {
  return {{"F1", scores.f1},
          {"accuracy", scores.accuracy},
          {"precision", scores.precision},
          {"recall", scores.recall},
          {"yes_ratio", scores.yes_ratio},
          {"TP", static_cast<double>(scores.tp)},
          {"FP", static_cast<double>(scores.fp)},
          {"TN", static_cast<double>(scores.tn)},
          {"FN", static_cast<double>(scores.fn)}};
}

}  // namespace

FileScoreResult score_pope_files(const FileScoreOptions& options) {
  FindingLog log;
  const std::vector<YesNo> questions = read(options.references, log, read_label);
  const std::vector<YesNo> predictions = read(options.predictions, log, says_yes);
  const bool by_place = lacks_ids(questions, predictions);
  const auto id = [&](const YesNo& record) {
    return by_place ? str("question ", record.place + 1) : record.id;
  };
  IdMatch match(options, log);
  std::vector<bool> labels;
  for (const YesNo& question : questions) {
    if (match.add(id(question), question.where)) labels.push_back(question.yes);
  }
  std::vector<bool> said(labels.size());
  for (const YesNo& prediction : predictions) {
    if (!by_place && has_no_id(prediction)) {
      log.malformed(prediction.where, "\"question_id\" is missing");
      continue;
    }
    const auto number = match.answer(id(prediction), prediction.where);
    if (number) said[*number] = prediction.yes;
  }
  match.report_missing();

  std::vector<std::pair<bool, bool>> answers;
  std::vector<ScoredUnit> units;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (!match.answered(i)) continue;
    answers.emplace_back(said[i], labels[i]);
    units.push_back({match.id(i), said[i] == labels[i] ? 1.0 : 0.0, {labels[i] ? "yes" : "no"}});
  }
  FileScoreResult result;
  set_units(result, options, log, units);
  const PopeScores scores = score_pope(answers);
  result.score.figure = "F1";
  result.score.main = 100 * scores.f1;
  result.score.metrics = metrics_of(scores);
  return result;
}

}  // namespace lion::eval
