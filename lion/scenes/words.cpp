#include "lion/scenes/words.h"

#include <array>
#include <cctype>

#include "lion/base/str.h"

namespace lion::scenes {
namespace {

/// Nouns that do not count as they stand.
struct Irregular {
  std::string_view noun, one, plural;
  bool is_plural = false;
};
constexpr std::array<Irregular, 17> kIrregular = {{
    {"scissors", "a pair of scissors", "pairs of scissors", true},
    {"glasses", "a pair of glasses", "pairs of glasses", true},
    {"grapes", "a bunch of grapes", "bunches of grapes", true},
    {"socks", "a pair of socks", "pairs of socks", true},
    {"gloves", "a pair of gloves", "pairs of gloves", true},
    {"cherries", "some cherries", "pairs of cherries", true},
    {"bread", "a loaf of bread", "loaves of bread"},
    {"pizza", "a slice of pizza", "slices of pizza"},
    {"cheese", "a piece of cheese", "pieces of cheese"},
    {"ice cream", "an ice cream", "ice creams"},
    {"corn", "an ear of corn", "ears of corn"},
    {"broccoli", "a piece of broccoli", "pieces of broccoli"},
    {"fish", "a fish", "fish"},
    {"sheep", "a sheep", "sheep"},
    {"leaf", "a leaf", "leaves"},
    {"snowman", "a snowman", "snowmen"},
    {"cactus", "a cactus", "cacti"},
}};

const Irregular* find_irregular(std::string_view noun) {
  for (const Irregular& row : kIrregular) {
    if (row.noun == noun) return &row;
  }
  return nullptr;
}

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> ends) {
  for (const std::string_view end : ends) {
    if (text.ends_with(end)) return true;
  }
  return false;
}

}  // namespace

std::string with_article(std::string_view noun) {
  if (const Irregular* row = find_irregular(noun)) return std::string(row->one);
  const bool vowel = !noun.empty() && std::string_view("aeiou").find(noun[0]) != noun.npos;
  return str(vowel ? "an " : "a ", noun);
}

std::string plural_of(std::string_view noun) {
  if (const Irregular* row = find_irregular(noun)) return std::string(row->plural);
  if (ends_with_any(noun, {"s", "x", "ch", "sh"})) return str(noun, "es");
  if (ends_with_any(noun, {"tomato", "potato"})) return str(noun, "es");
  if (noun.size() > 1 && noun.back() == 'y' &&
      std::string_view("aeiou").find(noun[noun.size() - 2]) == noun.npos) {
    return str(noun.substr(0, noun.size() - 1), "ies");
  }
  return str(noun, "s");
}

bool is_plural_noun(std::string_view noun) {
  const Irregular* row = find_irregular(noun);
  return row != nullptr && row->is_plural;
}

std::string number_word(int64_t number) {
  static constexpr std::array<std::string_view, 13> kWords = {
      "zero",  "one",   "two",  "three", "four",   "five",  "six",
      "seven", "eight", "nine", "ten",   "eleven", "twelve"};
  if (number < 0 || number >= static_cast<int64_t>(kWords.size())) return str(number);
  return std::string(kWords[static_cast<size_t>(number)]);
}

std::string list_words(std::span<const std::string> words) {
  if (words.empty()) return "";
  if (words.size() == 1) return words[0];
  return str(join(words.first(words.size() - 1), ", "), " and ", words.back());
}

std::string capitalized(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

}  // namespace lion::scenes
