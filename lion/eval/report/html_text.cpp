#include "lion/eval/report/html_text.h"

#include <array>
#include <charconv>
#include <cmath>

#include "lion/base/str.h"
#include "lion/text/unicode.h"

namespace lion::eval {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_control(char32_t c) {
  return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c < 0xA0);
}

void append_escaped(std::string& out, char32_t c) {
  switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    case '\'':
      out += "&#39;";
      break;
    default:
      if (is_control(c)) {
        out += kReplacement;
      } else {
        out += encode_utf8(c);
      }
  }
}

bool is_blank(std::string_view text) {
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    if (!is_white_space(next.value)) return false;
    text.remove_prefix(next.length);
  }
  return true;
}

}  // namespace

std::string html_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    append_escaped(out, next.value);
    text.remove_prefix(next.length);
  }
  return out;
}

std::string html_excerpt(std::string_view text, size_t most) {
  if (is_blank(text)) return "<em class=\"none\">empty</em>";
  std::string out;
  size_t more = 0;
  for (size_t count = 0; !text.empty(); ++count) {
    const CodePoint next = decode_utf8(text);
    if (count < most) {
      append_escaped(out, next.value);
    } else {
      ++more;
    }
    text.remove_prefix(next.length);
  }
  if (more > 0) {
    out += str("… <em class=\"none\">", html_count(static_cast<int64_t>(more)),
               " more characters</em>");
  }
  return out;
}

std::string html_number(double value, int decimals) {
  if (!std::isfinite(value)) return "–";
  std::array<char, 400> digits;  // the largest double has 309 before the point
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                 std::chars_format::fixed, decimals);
  std::string out(digits.data(), end.ptr);
  const bool zero = out.find_first_not_of("-0.") == std::string::npos;
  return zero && out.front() == '-' ? out.substr(1) : out;
}

std::string html_count(int64_t value) {
  std::string digits = std::to_string(value);
  const int64_t first = digits.front() == '-' ? 1 : 0;
  for (int64_t at = static_cast<int64_t>(digits.size()) - 3; at > first; at -= 3) {
    digits.insert(static_cast<size_t>(at), 1, ',');
  }
  return digits;
}

std::string html_anchor(std::string_view name) {
  std::string out = "b-";
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain ? c : c == '+' ? 'p' : '-';
  }
  return out;
}

}  // namespace lion::eval
