#include <algorithm>
#include <unordered_map>
#include <utility>

#include "lion/annotations/reading.h"
#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion {
namespace {

using simdjson::dom::element;

/// Adds the answer that `value` is or holds: a text, or an object as VQAv2 and OKVQA have it.
void add_answer(std::vector<std::string>& answers, const element& value, TextRule rule) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) {
    const RecordFields object(value);
    text = object.maybe_text("raw_answer").value_or("");
    if (trim(text).empty()) text = object.text("answer");
  }
  std::string clean = clean_text(text, rule, TextKind::kAnswer);
  if (!clean.empty()) answers.push_back(std::move(clean));
}

/// The answers of a record, whichever key they stand under, one or a list of them.
std::vector<std::string> read_answers(const RecordFields& record, TextRule rule) {
  std::vector<std::string> answers;
  for (const char* key : {"answers", "direct_answers", "answer"}) {
    if (!record.has(key)) continue;
    const element value = record.value(key);
    if (value.is_array()) {
      for (const element one : record.list(key)) add_answer(answers, one, rule);
    } else {
      add_answer(answers, value, rule);
    }
    if (answers.empty()) throw BadRecord{ProblemKind::kEmptyText, str("\"", key, "\" is empty")};
    return answers;
  }
  throw BadRecord{ProblemKind::kMalformed, "\"answers\" is missing"};
}

/// A question that waits for its annotation.
struct Question {
  uint32_t text = 0;
  uint32_t image = 0;
  int64_t number = 0;
  bool answered = false;
};
using Questions = std::unordered_map<int64_t, Question>;

Questions read_questions(const std::filesystem::path& path, const std::string& split,
                         RecordTable& table, const ReadContext& context) {
  Questions questions;
  const JsonStream stream = open_stream(path, context);
  const auto where = [&](int64_t number) {
    return str(path.filename().string(), ", question ", number);
  };
  const auto read = [&](const JsonElement& element) {
    read_record(
        context.problems, [&] { return where(element.number); },
        [&] {
          const RecordFields record(element.value);
          const std::string text = read_text(record, "question", context.text, TextKind::kQuestion);
          const int64_t id = record.integer("question_id");
          if (questions.contains(id)) {
            throw BadRecord{ProblemKind::kDuplicate, str("question_id ", id, " is there twice")};
          }
          const uint32_t image = coco_image(table, context, split, record.integer("image_id"));
          questions.emplace(id, Question{table.add_text(text), image, element.number});
        });
  };
  stream.each_in(std::array{JsonList{"questions", read}});
  return questions;
}

/// Counts the questions that no annotation answered, and names the first few in order.
void report_unanswered(const Questions& questions, const std::filesystem::path& path,
                       Problems& problems) {
  std::vector<std::pair<int64_t, int64_t>> open;  // number, id
  for (const auto& [id, question] : questions) {
    if (!question.answered) open.emplace_back(question.number, id);
  }
  std::sort(open.begin(), open.end());
  for (const auto& [number, id] : open) {
    problems.add(ProblemKind::kNoAnnotation, str(path.filename().string(), ", question ", number),
                 str("question_id ", id, " has no annotation"));
  }
}

}  // namespace

TablePtr read_vqa(const std::filesystem::path& questions_path, const Paths& annotations,
                  const std::string& split, const ReadContext& context) {
  auto table = std::make_unique<RecordTable>(context.root);
  Questions questions = read_questions(questions_path, split, *table, context);
  const auto read = [&](const JsonElement& element) {
    const auto source = static_cast<uint32_t>(element.number);
    read_record(
        context.problems, [&] { return table->describe_source(source); },
        [&] {
          const RecordFields record(element.value);
          const int64_t id = record.integer("question_id");
          const auto question = questions.find(id);
          if (question == questions.end()) {
            throw BadRecord{ProblemKind::kNoQuestion, str("question_id ", id, " has no question")};
          }
          if (question->second.answered) {
            throw BadRecord{ProblemKind::kDuplicate, str("question_id ", id, " is there twice")};
          }
          question->second.answered = true;
          const uint32_t answers = table->add_answers(read_answers(record, context.text));
          table->add({question->second.image, question->second.text, answers, source});
        });
  };
  for (const auto& path : annotations) {
    table->begin_file(path, "annotation");
    open_stream(path, context).each_in(std::array{JsonList{"annotations", read}});
  }
  report_unanswered(questions, questions_path, context.problems);
  return finish_table(std::move(table), annotations, context.problems);
}

TablePtr read_vqa_list(const Paths& annotations, const std::string& split,
                       const ReadContext& context) {
  auto table = std::make_unique<RecordTable>(context.root);
  const auto read = [&](const JsonElement& element) {
    const auto source = static_cast<uint32_t>(element.number);
    read_record(
        context.problems, [&] { return table->describe_source(source); },
        [&] {
          const RecordFields record(element.value);
          const std::string question =
              read_text(record, "question", context.text, TextKind::kQuestion);
          const std::vector<std::string> answers = read_answers(record, context.text);
          const std::optional<std::string_view> name = record.maybe_text("image");
          const uint32_t image =
              name ? named_image(*table, context, *name, split)
                   : coco_image(*table, context, split, record.integer("image_id"));
          table->add({image, table->add_text(question), table->add_answers(answers), source});
        });
  };
  for (const auto& path : annotations) {
    table->begin_file(path, "record");
    open_stream(path, context).each_record(read);
  }
  return finish_table(std::move(table), annotations, context.problems);
}

}  // namespace lion
