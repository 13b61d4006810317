#pragma once
/// Internal to this component: the code points of each kind, as the reference was seen to treat
/// them.

#include <span>

namespace lion::ptb {

struct Range {
  char32_t first;
  char32_t last;
};

/// Each list ascends. Characters that `symbol_of` names one by one may lie within a range.
std::span<const Range> letter_ranges();
std::span<const Range> mark_ranges();
std::span<const Range> digit_ranges();
std::span<const Range> symbol_ranges();

}  // namespace lion::ptb
