#include "lion/metrics/mentions.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include "lion/base/str.h"

namespace lion {
namespace {

/// Ends of words whose plural follows no rule, so that "snowman" and "bookshelf" are known, too.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kIrregular = {{
    {"man", "men"},
    {"child", "children"},
    {"person", "people"},
    {"foot", "feet"},
    {"tooth", "teeth"},
    {"goose", "geese"},
    {"mouse", "mice"},
    {"ox", "oxen"},
    {"cactus", "cacti"},
    {"leaf", "leaves"},
    {"loaf", "loaves"},
    {"half", "halves"},
    {"calf", "calves"},
    {"elf", "elves"},
    {"wolf", "wolves"},
    {"scarf", "scarves"},
    {"hoof", "hooves"},
    {"thief", "thieves"},
}};

std::string words_joined(std::span<const std::string> words) { return join(words, " "); }

/// Bytes above ASCII are parts of letters.
bool is_word_byte(unsigned char c) {
  return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool ends_with_any(std::string_view word, std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](std::string_view end) { return word.ends_with(end); });
}

std::string with_end(std::string_view word, size_t cut, std::string_view end) {
  return str(word.substr(0, word.size() - cut), end);
}

}  // namespace

std::vector<std::string> mention_words(std::string_view text) {
  std::vector<std::string> words;
  bool within = false;
  for (const char c : replace_all(text, "\u2019", "'")) {
    if (c == '\'') continue;
    if (!is_word_byte(static_cast<unsigned char>(c))) {
      within = false;
      continue;
    }
    if (!within) words.emplace_back();
    within = true;
    words.back() += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return words;
}

std::vector<std::string> number_forms(const std::string& word) {
  std::vector<std::string> forms = {word, str(word, "s")};
  if (ends_with_any(word, {"s", "x", "z", "ch", "sh", "o"})) forms.push_back(str(word, "es"));
  if (word.ends_with('y')) forms.push_back(with_end(word, 1, "ies"));
  if (word.ends_with("ife")) forms.push_back(with_end(word, 2, "ves"));  // knife, wife
  for (const auto& [one, many] : kIrregular) {
    if (word.ends_with(one)) forms.push_back(with_end(word, one.size(), many));
  }
  return forms;
}

Mentions::Mentions(std::span<const std::string> names) {
  std::vector<std::pair<std::string, int64_t>> plurals;
  for (size_t i = 0; i < names.size(); ++i) {
    std::vector<std::string> words = mention_words(names[i]);
    if (words.empty()) continue;
    longest_ = std::max(longest_, words.size());
    const auto number = static_cast<int64_t>(i);
    numbers_.try_emplace(words_joined(words), number);
    for (std::string& form : number_forms(words.back())) {
      words.back() = std::move(form);
      plurals.emplace_back(words_joined(words), number);
    }
  }
  for (auto& [words, number] : plurals) numbers_.try_emplace(std::move(words), number);
}

std::vector<int64_t> Mentions::in(std::string_view caption) const {
  const std::vector<std::string> words = mention_words(caption);
  std::vector<bool> taken(words.size());
  std::vector<int64_t> found;
  for (size_t length = std::min(longest_, words.size()); length > 0; --length) {
    for (size_t start = 0; start + length <= words.size(); ++start) {
      const auto first = taken.begin() + static_cast<std::ptrdiff_t>(start);
      const auto last = first + static_cast<std::ptrdiff_t>(length);
      if (std::find(first, last, true) != last) continue;
      const auto known = numbers_.find(words_joined(std::span(words).subspan(start, length)));
      if (known == numbers_.end()) continue;
      found.push_back(known->second);
      std::fill(first, last, true);
    }
  }
  return found;
}

}  // namespace lion
