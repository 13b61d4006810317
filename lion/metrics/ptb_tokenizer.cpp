#include "lion/metrics/ptb_tokenizer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <unordered_set>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/metrics/ptb_automaton.h"
#include "lion/metrics/ptb_lines.h"
#include "lion/metrics/ptb_rules.h"
#include "lion/metrics/python_text.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

using ptb::Action;
using ptb::Automaton;
using ptb::Rule;
using ptb::Symbol;
using ptb::Text;

Automaton automaton_of(const ptb::NamedPatterns& names, std::span<const std::string> patterns) {
  ptb::PatternGraph graph(names);
  std::vector<int> starts;
  for (const std::string& pattern : patterns) {
    starts.push_back(graph.add(pattern, static_cast<int>(starts.size())));
  }
  return {graph, starts};
}

Automaton automaton_of(const ptb::NamedPatterns& names, const std::string& pattern) {
  return automaton_of(names, std::span<const std::string>(&pattern, 1));
}

// Within a token the reference writes a blank so.
constexpr const char* kNoBreakSpace = "\u00A0";

/// Head and tail of a rule on their own, for finding where the one ends.
struct Halves {
  Automaton head;
  Automaton tail;
};

/// The rules as automata. Built once: it takes some milliseconds.
struct Machine {
  Automaton all;
  std::vector<std::optional<Halves>> halves;  // of the rules with a tail
};

Machine build_machine() {
  const ptb::NamedPatterns names = ptb::rule_names();
  std::vector<std::string> patterns;
  std::vector<std::optional<Halves>> halves;
  for (const Rule& rule : ptb::rules()) {
    const std::string tail = rule.tail;
    patterns.push_back(tail.empty() ? rule.head : str("(", rule.head, ")(", tail, ")"));
    halves.emplace_back();
    if (!tail.empty()) {
      halves.back() = Halves{automaton_of(names, rule.head), automaton_of(names, tail)};
    }
  }
  return {automaton_of(names, patterns), std::move(halves)};
}

const Machine& machine() {
  static const Machine one = build_machine();
  return one;
}

/// A rule and how many characters it ate, without its tail.
struct Match {
  int rule = -1;
  size_t length = 0;
};

/// Cuts one text into matches. What turned out to lead nowhere is remembered every 64 characters,
/// so that rules that look far ahead (addresses) cannot make a long text take quadratic time.
class Scanner {
 public:
  explicit Scanner(const Text& text) : text_(text) {}

  Match match(size_t begin) {
    const Automaton& all = machine().all;
    Automaton::State state = all.start();
    Match best;
    visited_.clear();
    for (size_t at = begin; at < text_.symbols.size();) {
      state = all.next(state, text_.symbols[at]);
      ++at;
      if (state == Automaton::kNowhere || is_dead(state, at)) {
        break;
      }
      if (all.rule(state) >= 0) {
        best = {all.rule(state), at - begin};
        visited_.clear();
      }
    }
    dead_.insert(visited_.begin(), visited_.end());
    return without_tail(best, begin);
  }

 private:
  bool is_dead(Automaton::State state, size_t at) {
    if (at % 64 != 0) {
      return false;
    }
    visited_.push_back((static_cast<uint64_t>(at) << 20U) | static_cast<uint64_t>(state));
    return dead_.contains(visited_.back());
  }

  // Of all ways to part head and tail, the one with the longest head.
  Match without_tail(Match match, size_t begin) const {
    if (match.rule < 0 || !machine().halves[static_cast<size_t>(match.rule)]) {
      return match;
    }
    const auto& [head, tail] = *machine().halves[static_cast<size_t>(match.rule)];
    const auto all = std::span<const Symbol>(text_.symbols).subspan(begin, match.length);
    std::vector<size_t> lengths = head.prefixes(all);
    while (!lengths.empty() && !tail.matches(all.subspan(lengths.back()))) {
      lengths.pop_back();
    }
    LION_CHECK(!lengths.empty(), "PTB rule ", match.rule, " ate what its parts do not.");
    return {match.rule, lengths.back()};
  }

  const Text& text_;
  std::vector<uint64_t> visited_;  // since the last rule ended: position and state
  std::unordered_set<uint64_t> dead_;
};

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
  Scanner scanner(text);
  std::vector<std::string> tokens;
  for (size_t begin = 0; begin < text.length;) {
    Match match = scanner.match(begin);
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
