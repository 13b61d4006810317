#include "lion/metrics/ptb_tokenizer.h"

#include <algorithm>
#include <array>

#include "lion/base/str.h"
#include "lion/metrics/ptb_lines.h"
#include "lion/metrics/ptb_matcher.h"
#include "lion/metrics/ptb_rules.h"
#include "lion/metrics/python_text.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

using ptb::Action;
using ptb::Rule;
using ptb::Text;

// Within a token the reference writes a blank so.
constexpr const char* kNoBreakSpace = "\u00A0";

std::string_view ascii_quote(char32_t c) {
  switch (c) {
    case U'\u0091':
    case U'\u2018':
    case U'\u201B':
    case U'\u2039':
      return "`";
    case U'\u0092':
    case U'\u2019':
    case U'\u203A':
      return "'";
    case U'\u0093':
    case U'\u201C':
    case U'\u00AB':
      return "``";
    case U'\u0094':
    case U'\u201D':
    case U'\u00BB':
      return "''";
    default:
      return {};
  }
}

std::string ascii_quotes(std::u32string_view text) {
  constexpr std::u32string_view kApostrophe = U"&apos;";  // in small letters only
  std::string out;
  while (!text.empty()) {
    const bool named = text.starts_with(kApostrophe);
    const std::string_view quote = named ? "'" : ascii_quote(text.front());
    out += quote.empty() ? ptb::lower_case(text.substr(0, 1)) : std::string(quote);
    text.remove_prefix(named ? kApostrophe.size() : 1);
  }
  return replace_all(out, "&amp;", "&");
}

std::string without_soft_hyphens(std::u32string_view text) {
  std::u32string out(text);
  std::erase(out, U'\u00AD');
  return ptb::lower_case(out.empty() ? U"-" : out);
}

std::string with_brackets(std::u32string_view text) {
  return replace_all(replace_all(ptb::lower_case(text), "(", "-lrb-"), ")", "-rrb-");
}

// The token of a match; empty when there is none.
std::string token_of(const Rule& rule, std::u32string_view text) {
  switch (rule.action) {
    case Action::kKeep:
    case Action::kSplit:
      return ptb::lower_case(text);
    case Action::kWord:
      return without_soft_hyphens(text);
    case Action::kQuotes:
      return ascii_quotes(text);
    case Action::kBrackets:
      return with_brackets(text);
    case Action::kWritten:
      return rule.text;
    case Action::kSkip:
      return {};
  }
  return {};
}

bool is_punctuation(std::string_view token) {
  constexpr std::array<std::string_view, 13> kDropped = {"''", "'", "``", "`",  ".",   "?", "!",
                                                         ",",  ":", "-",  "--", "...", ";"};
  return std::find(kDropped.begin(), kDropped.end(), token) != kDropped.end();
}

std::string without_blanks_at_end(std::string_view text) {
  size_t end = 0;
  for (size_t at = 0; at < text.size();) {
    const CodePoint code_point = decode_utf8(text.substr(at));
    at += code_point.length;
    if (!python_space(code_point.value)) {
      end = at;
    }
  }
  return std::string(text.substr(0, end));
}

// All tokens, punctuation too.
std::vector<std::string> all_tokens(const Text& text) {
  ptb::Matcher matcher(text);
  std::vector<std::string> tokens;
  for (size_t begin = 0; begin < text.length;) {
    // Most blanks need no matcher. One before a no-break space does: together they are skipped,
    // while an address may begin with a no-break space. A line feed ends the text.
    if (text.symbols[begin] == ' ' && text.symbols[begin + 1] < ptb::kFirstSpecial) {
      ++begin;
      continue;
    }
    ptb::Match match = matcher.match(begin);
    if (match.rule < 0) {
      ++begin;
      continue;
    }
    const Rule& rule = ptb::rules()[static_cast<size_t>(match.rule)];
    match.length -= static_cast<size_t>(rule.give_back);
    std::string token =
        token_of(rule, std::u32string_view(text.characters).substr(begin, match.length));
    if (!token.empty()) {
      tokens.push_back(replace_all(token, " ", kNoBreakSpace));
    }
    begin += match.length;
  }
  return tokens;
}

}  // namespace

std::vector<std::string> ptb_tokens_before(std::string_view caption, std::string_view next_line) {
  std::vector<std::string> tokens = all_tokens(ptb::read_text(caption, next_line));
  if (!tokens.empty()) {
    tokens.back() = without_blanks_at_end(tokens.back());
  }
  std::erase_if(tokens,
                [](const std::string& token) { return token.empty() || is_punctuation(token); });
  return tokens;
}

std::vector<std::string> ptb_tokens(std::string_view caption) {
  return ptb_tokens_before(caption, {});
}

std::string ptb_tokenize(std::string_view caption) { return join(ptb_tokens(caption), " "); }

std::vector<std::string> caption_words(std::string_view caption) {
  return python_split(ptb_tokenize(caption));
}

}  // namespace lion
