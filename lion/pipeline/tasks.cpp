#include "lion/pipeline/tasks.h"

#include "lion/base/str.h"

namespace lion {
namespace {

Question make(std::string prompt, Level level) {
  Question question;
  question.prompt = std::move(prompt);
  question.level = level;
  return question;
}

}  // namespace

Question caption_question(const PromptTemplates& templates) {
  return make(templates.evaluation(Task::kCaption), Level::kImage);
}

Question vqa_question(const PromptTemplates& templates, std::string_view question,
                      Wording wording) {
  if (wording == Wording::kVerbatim) return make(std::string(question), Level::kImage);
  return make(fill(templates.evaluation(Task::kVqa), {{"question", std::string(question)}}),
              Level::kImage);
}

Question dialogue_question(const PromptTemplates& templates, std::span<const Turn> history,
                           std::string_view question) {
  if (history.empty()) return vqa_question(templates, question);
  std::string told;
  for (const auto& [asked, answered] : history) {
    if (!told.empty()) told += "  ";  // LAVIS's two blanks between rounds
    told += str("q: ", asked, " a: ", answered);
  }
  return make(fill(templates.evaluation(Task::kVisDial),
                   {{"history", told}, {"question", std::string(question)}}),
              Level::kImage);
}

Question ground_question(const PromptTemplates& templates, std::string_view expression) {
  return make(fill(templates.evaluation(Task::kRec), {{"expr", std::string(expression)}}),
              Level::kRegion);
}

Question describe_question(const PromptTemplates& templates, const Box& box) {
  return make(fill(templates.evaluation(Task::kReg), {{"bbox", format_box(box)}}), Level::kRegion);
}

}  // namespace lion
