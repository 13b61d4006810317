/// References: see grounding_references.h. Predictions: lines or a list. The box is read from the
/// text "answer", else "prediction", else "text" (fractions in brackets, as LION answers), else
/// from "bbox" or "box" (corners in pixels; null or empty: no box); where all boxes together speak
/// for another unit or order, they are read so, and a note says it. A prediction belongs to the
/// reference of the same id ("id" or "question_id") where both files have ids; else of the same
/// image and expression (img_path or image, expression or sent; the n-th to the n-th when they
/// are there several times); else of the same place in the file.

#include <algorithm>
#include <map>
#include <utility>

#include "lion/base/str.h"
#include "lion/eval/result_files/grounding_references.h"
#include "lion/metrics/grounding.h"

namespace lion::eval {
namespace {

struct Answer {
  std::string id;
  std::string image;
  std::string expression;
  std::optional<std::array<double, 4>> numbers;  // of its box
  bool is_text = false;                          // in a text: fractions, if not said otherwise
  int64_t place = 0;
  std::string where;
};

enum class MatchBy { kId, kExpression, kPlace };

std::optional<std::array<double, 4>> read_numbers(const ResultRecord& record) {
  for (const char* key : {"bbox", "box"}) {
    simdjson::dom::element value;
    if (record.value[key].get(value) != simdjson::SUCCESS) continue;
    simdjson::dom::array list;
    if (value.is_null() || (value.get(list) == simdjson::SUCCESS && list.size() == 0)) {
      return std::nullopt;
    }
    return record.fields.four_numbers(key);
  }
  throw BadRecord{ProblemKind::kMalformed, "holds neither \"answer\" nor \"bbox\""};
}

Answer read_answer(const ResultRecord& record) {
  const RecordFields& fields = record.fields;
  Answer answer;
  answer.id = grounding_id(fields);
  answer.image = image_id(first_text(fields, kImageKeys));
  answer.expression = first_text(fields, kExpressionKeys);
  answer.place = record.place;
  answer.where = record.where;
  for (const char* key : {"answer", "prediction", "text"}) {
    if (!fields.has(key)) continue;
    answer.is_text = true;
    if (const auto box = first_box(fields.text(key))) {
      answer.numbers = {box->x0, box->y0, box->x1, box->y1};
    }
    return answer;
  }
  answer.numbers = read_numbers(record);
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
  const bool named = any_with(answers, &Answer::image) && any_with(answers, &Answer::expression);
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
    if (record.image.empty() || record.expression.empty()) return "";
    std::string name = str("\"", record.expression, "\" in image ", record.image);
    const int64_t times = ++seen_[name];
    return times == 1 ? name : str(name, " (", times, ")");
  }

 private:
  MatchBy by_;
  std::map<std::string, int64_t> seen_;
};

/// How the boxes of answers are read: those in texts, and those in lists.
struct Formats {
  BoxFormat text{BoxUnit::kFractions, BoxOrder::kCorners};
  BoxFormat list{BoxUnit::kPixels, BoxOrder::kCorners};

  const BoxFormat& of(const Answer& answer) const { return answer.is_text ? text : list; }
};

/// The answers of a file, and the references in the order of their numbers.
struct Paired {
  const std::vector<Answer>& answers;
  const std::vector<std::string>& names;  ///< of the answers; "" where one has none
  const std::vector<const GroundingReference*>& references;
};

/// The formats given, else those that the answers speak for; `notes` says which.
Formats formats_of(const Paired& paired, const IdMatch& ids, const FileScoreOptions& options,
                   std::vector<std::string>& notes) {
  if (options.box_format) return {*options.box_format, *options.box_format};
  Formats formats;
  for (const bool is_text : {true, false}) {
    BoxFormat& format = is_text ? formats.text : formats.list;
    BoxFormatGuess guess(format);
    for (size_t i = 0; i < paired.answers.size(); ++i) {
      const Answer& answer = paired.answers[i];
      const auto number = ids.find(paired.names[i]);
      if (answer.is_text != is_text || !answer.numbers || !number) continue;
      const GroundingReference& reference = *paired.references[*number];
      guess.add(*answer.numbers, reference.width, reference.height, &reference.box);
    }
    const BoxFormatGuess::Result result = guess.result();
    if (result.other) format = result.format;
    if (result.words.empty()) continue;
    notes.push_back(str(file_name(options.predictions), ": ", result.words,
                        result.other ? ". --box-format names another." : ""));
  }
  return formats;
}

/// IoU with the truth; nothing when the answer has no box.
std::optional<double> iou_of(const Answer& answer, const GroundingReference& reference,
                             const BoxFormat& format) {
  if (!answer.numbers) return std::nullopt;
  if (format.unit != BoxUnit::kPixels && (reference.width < 1 || reference.height < 1)) {
    throw BadRecord{ProblemKind::kImageSize, str("answers ", box_format_words(format),
                                                 ", but the reference has no width and height")};
  }
  const PixelBox box = box_in_pixels(*answer.numbers, format, reference.width, reference.height);
  return box_iou(box, reference.box);
}

/// Of each reference that has an answer.
std::vector<std::optional<double>> ious_of(const Paired& paired, const Formats& formats,
                                           IdMatch& ids, FindingLog& log) {
  std::vector<std::optional<double>> ious(paired.references.size());
  for (size_t i = 0; i < paired.answers.size(); ++i) {
    const Answer& answer = paired.answers[i];
    const std::string& name = paired.names[i];
    if (name.empty()) {
      log.malformed(answer.where, "does not say which reference it answers, as others do");
      continue;
    }
    try {
      const auto number = ids.find(name);
      const auto iou =
          number ? iou_of(answer, *paired.references[*number], formats.of(answer)) : std::nullopt;
      if (ids.answer(name, answer.where)) ious[*number] = iou;
    } catch (const BadRecord& bad) {
      log.malformed(answer.where, bad.what);
    }
  }
  return ious;
}

/// Answers that score nothing whatever is asked: without a box, or with one that is none.
void note_useless(const std::vector<Answer>& answers, const Formats& formats,
                  std::vector<std::string>& notes) {
  int64_t without = 0, empty = 0;
  std::string first;
  for (const Answer& answer : answers) {
    if (!answer.numbers) {
      ++without;
      continue;
    }
    const PixelBox box = box_in_pixels(*answer.numbers, formats.of(answer), 1, 1);
    const std::string fault = corners_fault({box.x0, box.y0, box.x1, box.y1});
    if (fault.empty() || ++empty > 1) continue;
    const auto& [a, b, c, d] = *answer.numbers;
    first = str(answer.where, ": [", a, ",", b, ",", c, ",", d, "]: ", fault);
  }
  const auto all = answers.size();
  if (without > 0) notes.push_back(str(without, " of ", all, " answers have no box"));
  if (empty > 0) {
    notes.push_back(str(empty, " of ", all, " boxes have no area; the first: ", first));
  }
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
  FileScoreResult result;
  std::vector<std::string>& notes = result.score.notes;
  const std::vector<GroundingReference> read = read_grounding_references(options, log, notes);
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
  std::vector<std::string> names;
  Namer answer_namer(by);
  for (const Answer& answer : answers) names.push_back(answer_namer.name(answer));
  const Paired paired{answers, names, references};
  const Formats formats = formats_of(paired, ids, options, notes);
  const auto all = ious_of(paired, formats, ids, log);
  ids.report_missing();
  note_useless(answers, formats, notes);

  std::vector<std::optional<double>> ious;
  std::vector<ScoredUnit> units;
  for (size_t i = 0; i < all.size(); ++i) {
    if (!ids.answered(i)) continue;
    ious.push_back(all[i]);
    units.push_back({ids.id(i), all[i].value_or(0) >= 0.5 ? 1.0 : 0.0, {}});
  }
  set_units(result, options, log, units);
  result.score.figure = "accuracy";
  result.score.metrics = metrics_of(score_grounding(ious));
  return result;
}

}  // namespace lion::eval
