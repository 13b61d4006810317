#pragma once
/// The questions that LION was trained on, made from their templates.

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "lion/pipeline/options.h"
#include "lion/text/box.h"
#include "lion/text/prompt.h"

namespace lion {

/// Image level. "A short image description:"
Question caption_question(const PromptTemplates& templates);

/// Image level. `question` in the template of short answers, or as it is when `verbatim`.
enum class Wording { kTemplate, kVerbatim };
Question vqa_question(const PromptTemplates& templates, std::string_view question,
                      Wording wording = Wording::kTemplate);

/// Image level: a question within a dialogue of earlier (question, answer) turns.
using Turn = std::pair<std::string, std::string>;
Question dialogue_question(const PromptTemplates& templates, std::span<const Turn> history,
                           std::string_view question);

/// Region level: where is `expression`? Referring expression comprehension.
Question ground_question(const PromptTemplates& templates, std::string_view expression);

/// Region level: what is in `box`? Referring expression generation.
Question describe_question(const PromptTemplates& templates, const Box& box);

}  // namespace lion
