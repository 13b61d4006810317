#pragma once
/// Internal to this component: text and numbers as HTML.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lion::eval {

/// Any bytes as the text of an element or a quoted attribute. What is not UTF-8 and control
/// characters other than line break and tab become U+FFFD.
std::string html_escape(std::string_view text);

/// The same of at most `most` characters; of a longer text the beginning, an ellipsis and how many
/// characters more there are. A text without a visible character is said to be empty.
std::string html_excerpt(std::string_view text, size_t most = 1200);

/// With this many decimals; a dash for what is not finite.
std::string html_number(double value, int decimals);

/// "12,578"
std::string html_count(int64_t value);

/// `name` reduced to what an id attribute and a link may hold; different names may become equal.
std::string html_anchor(std::string_view name);

}  // namespace lion::eval
