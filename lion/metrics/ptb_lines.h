#pragma once
/// Internal to this component: captions as the official scorers tokenize them, all in one file.

#include <string>
#include <string_view>
#include <vector>

namespace lion {

/// `ptb_tokens` of a caption that stands before `next_line` in a file. Whether the full stop stays
/// with a lone letter at the end ("vitamin C.") depends on how the next line begins, and whether it
/// stays with "no." on whether that is a digit.
std::vector<std::string> ptb_tokens_before(std::string_view caption, std::string_view next_line);

}  // namespace lion
