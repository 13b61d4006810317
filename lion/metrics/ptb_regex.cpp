#include "lion/metrics/ptb_regex.h"

#include <cctype>

#include "lion/base/error.h"
#include "lion/metrics/ptb_characters.h"
#include "lion/text/unicode.h"

namespace lion::ptb {
namespace {

std::string byte(Symbol symbol) {
  constexpr const char* kHexDigits = "0123456789ABCDEF";
  return {'\\', 'x', kHexDigits[symbol >> 4U], kHexDigits[symbol & 15U]};
}

// What a letter after a backslash stands for, as part of a set; empty when it names no group.
std::string group(char32_t name) {
  switch (name) {
    case U'L':
      return "A-Za-z" + byte(kUpperLetter) + byte(kOtherLetter);
    case U'U':
      return "A-Z" + byte(kUpperLetter);
    case U'M':
      return byte(kMark);
    case U'D':
      return "0-9" + byte(kDigit);
    case U'B':
      return " \t" + byte(symbol_of(0xA0)) + byte(kWideBlank);
    case U'S':
      return byte(kSymbol);
    case U'P':
      return byte(kSuperscript);
    case U'Q':
      return byte(kSubscript);
    case U'G':
      return byte(kScriptSign);
    case U'O':
      return byte(kOther);
    default:
      return {};
  }
}

char32_t take_character(std::string_view& rest) {
  const CodePoint code_point = decode_utf8(rest);
  rest.remove_prefix(code_point.length);
  return code_point.value;
}

std::string plain(char32_t c) {
  return c < 0x80 ? std::string(1, static_cast<char>(c)) : byte(symbol_of(c));
}

bool is_letter(char32_t c) { return c < 0x80 && std::isalpha(static_cast<int>(c)) != 0; }

}  // namespace

std::string regex_of(std::string_view pattern, const NamedPatterns& names) {
  std::string out;
  bool in_set = false;
  while (!pattern.empty()) {
    const char32_t c = take_character(pattern);
    if (c == U'\\' && !pattern.empty()) {
      const char32_t escaped = take_character(pattern);
      const std::string set = group(escaped);
      out += set.empty() ? "\\" + plain(escaped) : in_set ? set : "[" + set + "]";
    } else if (c == U'[' || in_set) {
      in_set = c != U']';
      out += plain(c);
    } else if (c == U'(') {
      out += "(?:";
    } else if (c == U'{' && !pattern.empty() && is_letter(static_cast<unsigned char>(pattern[0]))) {
      const size_t end = pattern.find('}');
      const auto named = names.find(pattern.substr(0, end));
      LION_CHECK(end < pattern.size() && named != names.end(), "no pattern {", pattern, ".");
      pattern.remove_prefix(end + 1);
      out += "(?:" + regex_of(named->second, names) + ")";
    } else if (is_letter(c)) {
      out += {'[', static_cast<char>(c), static_cast<char>(c ^ 0x20U), ']'};
    } else {
      out += plain(c);
    }
  }
  return out;
}

}  // namespace lion::ptb
