#include "lion/metrics/ptb_matcher.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <memory>
#include <string>

#include "lion/base/error.h"
#include "lion/metrics/ptb_rules.h"

namespace lion::ptb {
namespace {

enum class Length { kLongest, kAny };

RE2::Options options(Length length) {
  constexpr int64_t kMemory = int64_t{64} << 20U;
  RE2::Options options(RE2::Latin1);
  options.set_longest_match(length == Length::kLongest);
  options.set_log_errors(false);
  options.set_max_mem(kMemory);
  return options;
}

std::unique_ptr<RE2> compiled(const std::string& regex, Length length = Length::kLongest) {
  auto one = std::make_unique<RE2>(regex, options(length));
  LION_CHECK(one->ok(), "PTB rule ", regex, ": ", one->error(), ".");
  return one;
}

/// A rule that may read far.
struct FarRule {
  std::unique_ptr<RE2> match;
  std::unique_ptr<RE2> start;  // finds where it matches, reading no further than it must
};

/// The rules as regular expressions. Built once: it takes some milliseconds.
struct Machine {
  RE2::Set all{options(Length::kLongest), RE2::ANCHOR_BOTH};  // which rules eat all of a text?
  std::unique_ptr<RE2> near;                                  // all but the far rules
  std::vector<FarRule> far;
  std::unique_ptr<RE2> any_far;             // spares most texts the search for each far rule
  std::vector<std::unique_ptr<RE2>> heads;  // of the rules with a tail: captures the head

  Machine() {
    const NamedPatterns names = rule_names();
    std::string near_rules;
    std::string far_rules;
    for (const Rule& rule : rules()) {
      const std::string head = regex_of(rule.head, names);
      const std::string tail = regex_of(rule.tail, names);
      const std::string whole = "(?:" + head + ")(?:" + tail + ")";
      LION_CHECK(all.Add(whole, nullptr) >= 0, "PTB rule ", whole, " is broken.");
      heads.push_back(tail.empty() ? nullptr : compiled("(" + head + ")(?:" + tail + ")"));
      std::string& same_reach = rule.reach == Reach::kFar ? far_rules : near_rules;
      same_reach += (same_reach.empty() ? "" : "|") + whole;
      if (rule.reach == Reach::kFar) {
        far.push_back({compiled(whole), compiled("(?U)" + whole, Length::kAny)});
      }
    }
    near = compiled(near_rules);
    any_far = compiled(far_rules);
    LION_CHECK(all.Compile(), "The PTB rules take too much memory.");
  }
};

const Machine& machine() {
  static const Machine one;
  return one;
}

}  // namespace

Matcher::Matcher(const Text& text)
    : symbols_(reinterpret_cast<const char*>(text.symbols.data()), text.symbols.size()) {
  if (machine().any_far->Match({symbols_.data(), symbols_.size()}, 0, symbols_.size(),
                               RE2::UNANCHORED, nullptr, 0)) {
    next_.resize(machine().far.size(), -1);
  }
}

Match Matcher::match(size_t begin) {
  const re2::StringPiece text(symbols_.data(), symbols_.size());
  re2::StringPiece eaten;
  machine().near->Match(text, begin, text.size(), RE2::ANCHOR_START, &eaten, 1);
  size_t length = eaten.size();
  for (size_t i = 0; i < next_.size(); ++i) {
    const FarRule& rule = machine().far[i];
    if (next_[i] < static_cast<int64_t>(begin)) {
      const bool any = rule.start->Match(text, begin, text.size(), RE2::UNANCHORED, &eaten, 1);
      next_[i] = any ? eaten.data() - text.data() : INT64_MAX;
    }
    if (next_[i] == static_cast<int64_t>(begin)) {
      rule.match->Match(text, begin, text.size(), RE2::ANCHOR_START, &eaten, 1);
      length = std::max(length, eaten.size());
    }
  }
  if (length == 0) {
    return {};
  }
  eaten = text.substr(begin, length);
  std::vector<int> rules;
  LION_CHECK(machine().all.Match(eaten, &rules), "No PTB rule eats what all together eat.");
  const int rule = *std::min_element(rules.begin(), rules.end());
  const RE2* head = machine().heads[static_cast<size_t>(rule)].get();
  if (head != nullptr) {
    re2::StringPiece parts[2];
    LION_CHECK(head->Match(eaten, 0, length, RE2::ANCHOR_BOTH, parts, 2), "PTB rule ", rule,
               " eats what its parts do not.");
    length = parts[1].size();
  }
  return {rule, length};
}

}  // namespace lion::ptb
