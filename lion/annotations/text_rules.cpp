#include "lion/annotations/text_rules.h"

#include <utf8proc.h>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

constexpr std::string_view kLavisMarks = ".!\"()*#:;~";
constexpr int kLavisWords = 50;

std::string lower_case(std::string_view text) {
  std::string lower;
  lower.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = decode_utf8(text);
    lower += encode_utf8(
        static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c.value))));
    text.remove_prefix(c.length);
  }
  return lower;
}

/// The first `n` words; words are separated by single spaces.
std::string_view first_words(std::string_view text, int n) {
  size_t at = 0;
  for (; n > 0; --n) {
    at = text.find(' ', at);
    if (at == std::string_view::npos) return text;
    ++at;
  }
  return text.substr(0, at - 1);
}

std::string lavis(std::string_view text, TextKind kind) {
  std::string clean;
  for (const char c : lower_case(text)) {
    if (kLavisMarks.find(c) == std::string_view::npos) {
      clean += c;
    } else if (kind == TextKind::kAnswer) {
      clean += ' ';
    }
  }
  if (kind == TextKind::kAnswer) {
    std::string single;
    for (const char c : clean) {
      if (c != ' ' || single.empty() || single.back() != ' ') single += c;
    }
    clean = std::move(single);
  }
  return std::string(first_words(trim(clean), kLavisWords));
}

}  // namespace

std::string clean_text(std::string_view text, TextRule rule, TextKind kind) {
  std::string clean(trim(text));
  if (clean.find_first_of("\r\n") != std::string::npos) {
    clean = replace_all(replace_all(clean, "\r\n", " "), "\n", " ");
  }
  return rule == TextRule::kLavis ? lavis(clean, kind) : clean;
}

TextRule parse_text_rule(std::string_view name, std::string_view where) {
  if (name == "raw") return TextRule::kRaw;
  if (name == "lavis") return TextRule::kLavis;
  throw InputError(str(where, ": \"text\" is no rule (got \"", name,
                       "\", expected raw or lavis). Choose one of them."));
}

AnswerRule parse_answer_rule(std::string_view name, std::string_view where) {
  if (name == "distinct") return AnswerRule::kDistinct;
  if (name == "weighted") return AnswerRule::kWeighted;
  if (name == "majority") return AnswerRule::kMajority;
  throw InputError(str(where, ": \"answer\" is no rule (got \"", name,
                       "\", expected distinct, weighted or majority). Choose one of them."));
}

std::string_view without_full_stop(std::string_view phrase) {
  if (!phrase.ends_with('.')) return phrase;
  phrase.remove_suffix(1);
  return trim(phrase);
}

}  // namespace lion
