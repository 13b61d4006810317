#include "lion/metrics/python_text.h"

#include <utf8proc.h>

#include <algorithm>

#include "lion/text/unicode.h"

namespace lion {
namespace {

constexpr char32_t kCapitalIWithDot = 0x130;  // the one letter whose lower case is two code points
constexpr char32_t kCapitalSigma = 0x3A3;
constexpr std::string_view kFinalSigma = "\u03C2";

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool is_cased(char32_t c) {
  const utf8proc_category_t kind = category(c);
  return kind == UTF8PROC_CATEGORY_LU || kind == UTF8PROC_CATEGORY_LL ||
         kind == UTF8PROC_CATEGORY_LT;
}

/// What stands between the letters of one word without ending it (Unicode: Case_Ignorable).
bool is_case_ignorable(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return c == '\'' || c == '.' || c == ':' || c == 0xB7 || c == 0x2019;
  }
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool letter_follows(std::string_view text) {
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    if (!is_case_ignorable(next.value)) return is_cased(next.value);
    text.remove_prefix(next.length);
  }
  return false;
}

}  // namespace

bool python_space(char32_t c) { return is_white_space(c) || (c >= 0x1C && c <= 0x1F); }

bool python_digit(char32_t c) {
  return c < 0x80 ? c >= '0' && c <= '9' : category(c) == UTF8PROC_CATEGORY_ND;
}

std::string_view python_strip(std::string_view text) {
  while (!text.empty()) {
    const CodePoint first = decode_utf8(text);
    if (!python_space(first.value)) break;
    text.remove_prefix(first.length);
  }
  size_t end = 0;  // behind the last character that is no white space
  for (size_t at = 0; at < text.size();) {
    const CodePoint next = decode_utf8(text.substr(at));
    at += next.length;
    if (!python_space(next.value)) end = at;
  }
  return text.substr(0, end);
}

std::vector<std::string> python_split(std::string_view text) {
  std::vector<std::string> words;
  bool within = false;
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    const bool space = python_space(next.value);
    if (!space && !within) words.emplace_back();
    if (!space) words.back() += text.substr(0, next.length);
    within = !space;
    text.remove_prefix(next.length);
  }
  return words;
}

std::string python_lower(std::string_view text) {
  std::string lower;
  if (is_ascii(text)) {
    lower = text;
    std::transform(lower.begin(), lower.end(), lower.begin(), ascii_lower);
    return lower;
  }
  lower.reserve(text.size());
  bool within_word = false;  // a cased letter came before, with nothing in between that ends a word
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    const char32_t c = next.value;
    text.remove_prefix(next.length);
    if (c == kCapitalIWithDot) {
      lower += "i\u0307";
    } else if (c == kCapitalSigma && within_word && !letter_follows(text)) {
      lower += kFinalSigma;
    } else {
      lower +=
          encode_utf8(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
    }
    if (!is_case_ignorable(c)) within_word = is_cased(c);
  }
  return lower;
}

}  // namespace lion
