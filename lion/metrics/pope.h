#pragma once
/// POPE: answers read as yes or no, and what follows from their counts.
/// Source: POPE's evaluation script (Li 2023).

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace lion {

/// "no" when a word before the first full stop is "No", "no" or "not"; else yes.
bool pope_says_yes(std::string_view answer);

struct PopeScores {
  int64_t tp = 0, fp = 0, tn = 0, fn = 0;  ///< yes is positive
  double f1 = 0, accuracy = 0, precision = 0, recall = 0, yes_ratio = 0;
};
/// Of pairs (said yes, is yes). Zero denominators give 0.
PopeScores score_pope(std::span<const std::pair<bool, bool>> answers);

}  // namespace lion
