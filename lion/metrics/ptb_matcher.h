#pragma once
/// Internal to this component: finds which rule eats most of a text.

#include <cstdint>
#include <string_view>
#include <vector>

#include "lion/metrics/ptb_characters.h"

namespace lion::ptb {

/// A rule and how many characters it ate, without its tail.
struct Match {
  int rule = -1;
  size_t length = 0;
};

/// Cuts one text into matches. The text stays the caller's.
class Matcher {
 public:
  explicit Matcher(const Text& text);

  /// What is eaten at `begin`, which grows from call to call. No rule: rule -1.
  Match match(size_t begin);

 private:
  std::string_view symbols_;
  // Where each far rule matches next (-1: not known). It is not tried before that place: otherwise
  // a long line without an "@" would be read to its end at every word.
  std::vector<int64_t> next_;
};

}  // namespace lion::ptb
