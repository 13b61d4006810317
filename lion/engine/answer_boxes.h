#pragma once
/// The boxes that an answer contains, with how sure the model was of them.

#include <span>
#include <string_view>
#include <vector>

#include "lion/engine/lion.h"
#include "lion/text/t5_tokenizer.h"

namespace lion {

/// `text` is the decoded answer, `ids` and `logprobs` its tokens; images of width x height
/// pixels. A box's confidence is the geometric mean of the probabilities of the tokens that spell
/// its digits.
std::vector<AnswerBox> answer_boxes(std::string_view text, std::span<const int64_t> ids,
                                    std::span<const double> logprobs, const T5Tokenizer& tokenizer,
                                    int64_t width, int64_t height);

}  // namespace lion
