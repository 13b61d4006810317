#pragma once
/// Small English: articles, plurals, numbers, lists.

#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "lion/base/random.h"

namespace lion::scenes {

/// "a dog", "an apple", "a pair of scissors".
std::string with_article(std::string_view noun);
/// "dogs", "cherries", "fish", "pairs of scissors".
std::string plural_of(std::string_view noun);
/// Whether the noun has a plural form as its name ("grapes"): "the grapes are".
bool is_plural_noun(std::string_view noun);
/// "zero" to "twelve", then digits.
std::string number_word(int64_t number);
/// "a", "a and b", "a, b and c".
std::string list_words(std::span<const std::string> words);
/// First letter in upper case.
std::string capitalized(std::string text);

/// Whether something of probability `p` happens.
inline bool chance(Random& random, double p) { return random.uniform() < p; }

/// A uniform element of a list that is not empty.
template <typename List>
const auto& pick(const List& list, Random& random) {
  return list[random.below(std::size(list))];
}

/// In place, every order equally likely (Fisher-Yates; std::shuffle differs between libraries).
template <typename List>
void shuffle(List& list, Random& random) {
  for (size_t i = std::size(list); i > 1; --i) std::swap(list[i - 1], list[random.below(i)]);
}

/// ASCII letters in small.
std::string lower_case(std::string_view text);

}  // namespace lion::scenes
