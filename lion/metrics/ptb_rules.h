#pragma once
/// Internal to this component: the classes of tokens of the PTB tokenizer.

#include <span>

#include "lion/metrics/ptb_regex.h"

namespace lion::ptb {

/// What becomes of the text that a rule has eaten.
enum class Action {
  kKeep,      ///< a token as it stands
  kWord,      ///< a token, soft hyphens left out
  kSplit,     ///< a token less its last `give_back` characters, which are read again
  kQuotes,    ///< a token, its quotation marks in their ASCII form
  kBrackets,  ///< a token whose round brackets read -lrb- and -rrb-
  kWritten,   ///< the token `text`
  kSkip       ///< no token
};

/// How far a rule may read beyond what is eaten in the end: some characters, or all that follows.
enum class Reach { kNear, kFar };

/// A rule eats `head` where `tail` follows (an empty tail: anywhere). Patterns: ptb_regex.h.
struct Rule {
  const char* head;
  const char* tail;
  Action action;
  int give_back = 0;
  const char* text = "";
  Reach reach = Reach::kNear;
};

/// The rule whose head and tail together eat most wins, the earlier of two equals.
std::span<const Rule> rules();

/// Names that the patterns use.
NamedPatterns rule_names();

}  // namespace lion::ptb
