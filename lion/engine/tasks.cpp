#include "lion/engine/tasks.h"

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

Question make(std::string prompt, TaskLevel level) {
  Question question;
  question.prompt = std::move(prompt);
  question.level = level;
  return question;
}

/// `text` on one line; blank text is an InputError that names `what` it should have been.
std::string asked(std::string_view text, std::string_view what, std::string_view example) {
  if (is_blank(text)) {
    throw InputError(str(what, ": is empty (got \"", text, "\"). Say for instance \"", example,
                         "\"; in a script, check that its variable is set."));
  }
  return one_line(text);
}

std::string asked_question(std::string_view text) {
  return asked(text, "question", "What is in the image?");
}

/// Characters without width that Unicode does not count as white space.
bool is_invisible(char32_t code_point) {
  return (code_point >= 0x200b && code_point <= 0x200d) || code_point == 0x2060 ||
         code_point == 0xfeff;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line;
  bool gap = false;
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    if (is_white_space(next.value)) {
      gap = !line.empty();
    } else {
      if (gap) line += ' ';
      gap = false;
      line += text.substr(0, next.length);
    }
    text.remove_prefix(next.length);
  }
  return line;
}

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    if (!is_white_space(next.value) && !is_invisible(next.value)) return false;
    text.remove_prefix(next.length);
  }
  return true;
}

Question caption_question(const PromptTemplates& templates) {
  return make(templates.evaluation(Task::kCaption), TaskLevel::kImage);
}

Question vqa_question(const PromptTemplates& templates, std::string_view question,
                      Wording wording) {
  std::string text = asked_question(question);
  if (wording == Wording::kVerbatim) return make(std::move(text), TaskLevel::kImage);
  return make(fill(templates.evaluation(Task::kVqa), {{"question", std::move(text)}}),
              TaskLevel::kImage);
}

Question dialogue_question(const PromptTemplates& templates, std::span<const Turn> history,
                           std::string_view question) {
  if (history.empty()) return vqa_question(templates, question);
  std::string dialogue;
  for (const auto& [question_then, answered] : history) {
    if (!dialogue.empty()) dialogue += "  ";  // LAVIS's two blanks between rounds
    dialogue += str("q: ", one_line(question_then), " a: ", one_line(answered));
  }
  return make(fill(templates.evaluation(Task::kVisDial),
                   {{"history", dialogue}, {"question", asked_question(question)}}),
              TaskLevel::kImage);
}

Question ground_question(const PromptTemplates& templates, std::string_view expression) {
  return make(fill(templates.evaluation(Task::kRec),
                   {{"expr", asked(expression, "expression", "the dog on the left")}}),
              TaskLevel::kRegion);
}

Question describe_question(const PromptTemplates& templates, const Box& box) {
  return make(fill(templates.evaluation(Task::kReg), {{"bbox", format_box(box)}}),
              TaskLevel::kRegion);
}

}  // namespace lion
