/// References: see grounding_references.h. Predictions: lines or a list. The box is read from the
/// text "answer", else "prediction", else "text" (fractions in brackets, as LION answers), else
/// from "bbox" or "box" (corners in pixels; null or empty: no box). A prediction belongs to the
/// reference of the same id ("id" or "question_id") where both files have ids; else of the same
/// picture and expression (img_path or image, expression or sent; the n-th to the n-th when they
/// are there several times); else of the same place in the file.

#include <algorithm>
#include <map>
#include <utility>

#include "lion/base/str.h"
#include "lion/eval/metrics/grounding.h"
#include "lion/eval/result_files/grounding_references.h"

namespace lion::eval {
namespace {

using data::BadRecord;
using data::ProblemKind;
using data::RecordFields;

struct Answer {
  std::string id;
  std::string picture;
  std::string expression;
  std::optional<Box> fractions;
  std::optional<PixelBox> pixels;
  int64_t place = 0;
  std::string where;
};

enum class MatchBy { kId, kExpression, kPlace };

std::optional<PixelBox> read_pixels(const ResultRecord& record) {
  for (const char* key : {"bbox", "box"}) {
    simdjson::dom::element value;
    if (record.value[key].get(value) != simdjson::SUCCESS) continue;
    simdjson::dom::array list;
    if (value.is_null() || (value.get(list) == simdjson::SUCCESS && list.size() == 0)) {
      return std::nullopt;
    }
    const std::array<double, 4> corners = record.fields.four_numbers(key);
    return PixelBox{corners[0], corners[1], corners[2], corners[3]};
  }
  throw BadRecord{ProblemKind::kMalformed, "holds neither \"answer\" nor \"bbox\""};
}

Answer read_answer(const ResultRecord& record) {
  const RecordFields& fields = record.fields;
  Answer answer;
  answer.id = grounding_id(fields);
  answer.picture = picture_id(first_text(fields, kPictureKeys));
  answer.expression = first_text(fields, kExpressionKeys);
  answer.place = record.place;
  answer.where = record.where;
  for (const char* key : {"answer", "prediction", "text"}) {
    if (!fields.has(key)) continue;
    answer.fractions = first_box(fields.text(key));
    return answer;
  }
  answer.pixels = read_pixels(record);
  return answer;
}

template <typename Records>
bool any_with(const Records& records, std::string Records::value_type::*member) {
  return std::any_of(records.begin(), records.end(),
                     [&](const auto& record) { return !(record.*member).empty(); });
}

template <typename Records>
bool all_with(const Records& records, std::string Records::value_type::*member) {
  return std::all_of(records.begin(), records.end(),
                     [&](const auto& record) { return !(record.*member).empty(); });
}

MatchBy match_by(const std::vector<GroundingReference>& references,
                 const std::vector<Answer>& answers) {
  if (all_with(references, &GroundingReference::id) && any_with(answers, &Answer::id)) {
    return MatchBy::kId;
  }
  const bool named = any_with(answers, &Answer::picture) && any_with(answers, &Answer::expression);
  return named ? MatchBy::kExpression : MatchBy::kPlace;
}

/// Gives records of one file the names by which they are paired; "" where a record has none.
class Namer {
 public:
  explicit Namer(MatchBy by) : by_(by) {}

  template <typename Record>
  std::string name(const Record& record) {
    if (by_ == MatchBy::kId) return record.id;
    if (by_ == MatchBy::kPlace) return str("expression ", record.place + 1);
    if (record.picture.empty() || record.expression.empty()) return "";
    std::string name = str("\"", record.expression, "\" in picture ", record.picture);
    const int64_t times = ++seen_[name];
    return times == 1 ? name : str(name, " (", times, ")");
  }

 private:
  MatchBy by_;
  std::map<std::string, int64_t> seen_;
};

/// IoU with the truth; nothing when the answer has no box.
std::optional<double> iou_of(const Answer& answer, const GroundingReference& reference) {
  if (answer.pixels) return box_iou(*answer.pixels, reference.box);
  if (!answer.fractions) return std::nullopt;
  if (reference.width < 1 || reference.height < 1) {
    throw BadRecord{ProblemKind::kPictureSize,
                    "answers in fractions, but the reference has no width and height"};
  }
  return box_iou(to_pixels(*answer.fractions, reference.width, reference.height), reference.box);
}

/// Of each of `ids.size()` references that has an answer.
std::vector<std::optional<double>> ious_of(const std::vector<const GroundingReference*>& references,
                                           const std::vector<Answer>& answers, Namer namer,
                                           IdMatch& ids, FindingLog& log) {
  std::vector<std::optional<double>> ious(references.size());
  for (const Answer& answer : answers) {
    const std::string name = namer.name(answer);
    if (name.empty()) {
      log.malformed(answer.where, "does not say which reference it answers, as others do");
      continue;
    }
    try {
      const auto number = ids.find(name);
      const auto iou = number ? iou_of(answer, *references[*number]) : std::nullopt;
      if (ids.answer(name, answer.where)) ious[*number] = iou;
    } catch (const BadRecord& bad) {
      log.malformed(answer.where, bad.what);
    }
  }
  return ious;
}

Metrics metrics_of(const GroundingScores& scores) {
  Metrics metrics{
      {"accuracy", scores.accuracy}, {"mean_iou", scores.mean_iou}, {"parsed", scores.parsed}};
  for (size_t bin = 0; bin < scores.histogram.size(); ++bin) {
    metrics.emplace_back(str("iou_0.", bin), static_cast<double>(scores.histogram[bin]));
  }
  return metrics;
}

}  // namespace

FileScoreResult score_grounding_files(const FileScoreOptions& options) {
  FindingLog log;
  const std::vector<GroundingReference> read = read_grounding_references(options, log);
  std::vector<Answer> answers;
  each_result(options.predictions, log,
              [&](const ResultRecord& record) { answers.push_back(read_answer(record)); });
  const MatchBy by = match_by(read, answers);
  IdMatch ids(options, log);
  std::vector<const GroundingReference*> references;
  Namer namer(by);
  for (const GroundingReference& reference : read) {
    if (ids.add(namer.name(reference), reference.where)) references.push_back(&reference);
  }
  const auto all = ious_of(references, answers, Namer(by), ids, log);
  ids.report_missing();

  std::vector<std::optional<double>> ious;
  std::vector<ScoredUnit> units;
  for (size_t i = 0; i < all.size(); ++i) {
    if (!ids.answered(i)) continue;
    ious.push_back(all[i]);
    units.push_back({ids.id(i), all[i].value_or(0) >= 0.5 ? 1.0 : 0.0, {}});
  }
  FileScoreResult result;
  set_units(result, options, log, units);
  result.score.figure = "accuracy";
  result.score.metrics = metrics_of(score_grounding(ious));
  return result;
}

}  // namespace lion::eval
