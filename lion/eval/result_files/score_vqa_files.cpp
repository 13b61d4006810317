/// References: VQA's annotations ("annotations": question_id, answers, answer_type, question_type)
/// or a list of question_id and answers, answer or direct_answers (LAVIS, A-OKVQA); answers are
/// texts or objects with "answer". Predictions: a list (or lines) of question_id and answer, or
/// A-OKVQA's map from an id to {"direct_answer"}.

#include <algorithm>
#include <utility>

#include "lion/base/str.h"
#include "lion/eval/result_files/score_parts.h"

namespace lion::eval {
namespace {

struct Question {
  std::vector<std::string> answers;
  std::vector<std::string> categories;
  bool direct = false;  ///< A-OKVQA's
  std::string prediction;
};

std::string answer_of(const simdjson::dom::element& value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS) return std::string(text);
  return std::string(RecordFields(value).text("answer"));
}

Question read_question(const RecordFields& fields) {
  Question question;
  for (const char* key : {"answers", "direct_answers", "answer"}) {
    if (!fields.has(key)) continue;
    question.direct = std::string_view(key) == "direct_answers";
    const simdjson::dom::element value = fields.value(key);
    if (value.is_array()) {
      for (const simdjson::dom::element one : fields.list(key)) {
        question.answers.push_back(answer_of(one));
      }
    } else {
      question.answers.push_back(answer_of(value));
    }
    if (question.answers.empty()) {
      throw BadRecord{ProblemKind::kMalformed, str("\"", key, "\" is empty")};
    }
    for (const char* type : {"answer_type", "question_type"}) {
      const auto name = fields.maybe_text(type);
      if (name) question.categories.push_back(str(type, ": ", *name));
    }
    return question;
  }
  throw BadRecord{ProblemKind::kMalformed, "\"answers\" is missing"};
}

std::vector<Question> read_questions(const FileScoreOptions& options, FindingLog& log,
                                     IdMatch& match) {
  std::vector<Question> questions;
  const auto read = [&](const ResultRecord& record) {
    Question question = read_question(record.fields);
    if (match.add(record.fields.id("question_id"), record.where)) {
      questions.push_back(std::move(question));
    }
  };
  if (is_json_object(options.references)) {
    each_result_in(options.references, "annotations", log, read);
  } else {
    each_result(options.references, log, read);
  }
  return questions;
}

void read_predictions(const FileScoreOptions& options, FindingLog& log, IdMatch& match,
                      std::vector<Question>& questions) {
  const auto keep = [&](const std::string& id, std::string_view answer, const std::string& where) {
    const auto number = match.answer(id, where);
    if (number) questions[*number].prediction = answer;
  };
  if (!is_json_object(options.predictions)) {
    return each_result(options.predictions, log, [&](const ResultRecord& record) {
      const std::string_view answer = record.fields.text("answer");
      keep(record.fields.id("question_id"), answer, record.where);
    });
  }
  each_result_pair(options.predictions, log, [&](const ResultRecord& record) {
    keep(std::string(record.key), record.fields.text("direct_answer"), record.where);
  });
}

}  // namespace

FileScoreResult score_vqa_files(const FileScoreOptions& options) {
  FindingLog log;
  IdMatch match(options, log);
  std::vector<Question> questions = read_questions(options, log, match);
  read_predictions(options, log, match, questions);
  match.report_missing();

  std::vector<ScoredUnit> units;
  double direct = 0;
  bool all_direct = true;
  for (size_t i = 0; i < questions.size(); ++i) {
    if (!match.answered(i)) continue;
    Question& question = questions[i];
    const double accuracy = vqa_accuracy(question.prediction, question.answers, options.vqa);
    units.push_back({match.id(i), accuracy, std::move(question.categories)});
    all_direct &= question.direct;
    direct += aokvqa_accuracy(question.prediction, question.answers);
  }
  FileScoreResult result;
  set_units(result, options, log, units);
  result.score.figure = "accuracy";
  result.score.metrics = {{"accuracy", result.score.main / 100}};
  if (all_direct) {
    result.score.metrics.emplace_back("direct_answer_accuracy",
                                      direct / static_cast<double>(units.size()));
  }
  return result;
}

}  // namespace lion::eval
