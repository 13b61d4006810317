#pragma once
/// Internal to this component: what Python's str methods do, which the official scorers are written
/// with.

#include <string>
#include <string_view>
#include <vector>

namespace lion {

/// White space of str.split and str.strip: Unicode's and U+001C..U+001F.
bool python_space(char32_t code_point);

/// A decimal digit of any script, as `\d` of a pattern.
bool python_digit(char32_t code_point);

/// str.strip(), str.split(), str.lower() of UTF-8. Broken bytes are no white space.
std::string_view python_strip(std::string_view text);
std::vector<std::string> python_split(std::string_view text);
std::string python_lower(std::string_view text);

}  // namespace lion
