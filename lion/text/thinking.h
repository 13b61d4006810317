#pragma once
/// Answers of models that write their thoughts first.

#include <string>
#include <string_view>

namespace lion {

/// What a model says behind its tagged thoughts: <think>...</think>, <thinking>, <thought>,
/// <reasoning>, <reflection>, [THINK], ◁think▷ (letter case does not matter), the channels of
/// gpt-oss, and a closing tag alone, whose opening one was in the prompt. Of what is left, an
/// <answer>...</answer> around it goes as well, and white space at its ends. A text that begins
/// with thoughts that never end has no answer: "". A text without such tags is returned as it is.
std::string without_thinking(std::string_view text);

}  // namespace lion
