#pragma once
/// The questions that LION was trained on, made from their templates. Line ends, tabs and runs of
/// blanks in what a person asks become one blank each: the models were trained on single lines.

#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "lion/engine/options.h"
#include "lion/text/box.h"
#include "lion/text/prompt.h"

namespace lion {

/// `text` on one line: every run of white space is one blank, none at either end.
std::string one_line(std::string_view text);

/// Whether `text` has nothing but white space and invisible characters (zero width, byte order
/// mark).
bool is_blank(std::string_view text);

/// Image level. "A short image description:"
Question caption_question(const PromptTemplates& templates);

/// Image level. `question` in the template of short answers, or as it is when `verbatim`. Throws
/// InputError when it is blank.
enum class Wording { kTemplate, kVerbatim };
Question vqa_question(const PromptTemplates& templates, std::string_view question,
                      Wording wording = Wording::kTemplate);

/// Image level: a question within a dialogue of earlier (question, answer) turns. Throws InputError
/// when it is blank.
using Turn = std::pair<std::string, std::string>;
Question dialogue_question(const PromptTemplates& templates, std::span<const Turn> history,
                           std::string_view question);

/// Region level: where is `expression`? Referring expression comprehension. Throws InputError when
/// it is blank.
Question ground_question(const PromptTemplates& templates, std::string_view expression);

/// Region level: what is in `box`? Referring expression generation.
Question describe_question(const PromptTemplates& templates, const Box& box);

}  // namespace lion
