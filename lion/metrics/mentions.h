#pragma once
/// Which objects a caption names.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace lion {

/// The lower-cased words of a text: letters and digits in a row; apostrophes are dropped.
std::vector<std::string> mention_words(std::string_view text);

/// `word` and what its plural may be: by rule and by a short list of irregular ones. Some forms
/// are no words ("citys"); where they stand, the writer meant this one.
std::vector<std::string> number_forms(const std::string& word);

/// Finds names in captions: their words in a row, the last one singular or plural.
class Mentions {
 public:
  /// Names of one or more words. Where forms of two names are the same, the name that is written
  /// so is meant, then the first; a name without words is never found.
  explicit Mentions(std::span<const std::string> names);

  /// The number of a name for each time that it is there. A word belongs to one mention: longer
  /// names come first, so a "hot dog" is no "dog".
  std::vector<int64_t> in(std::string_view caption) const;

 private:
  std::unordered_map<std::string, int64_t> numbers_;  // by words with a blank between them
  size_t longest_ = 0;                                // words
};

}  // namespace lion
