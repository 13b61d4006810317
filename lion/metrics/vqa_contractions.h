#pragma once
/// Internal to this component: the contractions of the VQA evaluation, written without their
/// apostrophe. Source: vqaEval.py of GT-Vision-Lab's VQA tools.

#include <string_view>

namespace lion {

/// "dont" gives "don't"; a word that is not in the table gives itself.
std::string_view expand_contraction(std::string_view word);

}  // namespace lion
