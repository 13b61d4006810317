#pragma once
/// From a tagger's probabilities to the answers of benchmarks of `Mode::kTag`.

#include <span>
#include <string>
#include <unordered_map>

#include "lion/eval/item.h"
#include "lion/text/tag_list.h"

namespace lion::eval {

class TagAnswers {
 public:
  explicit TagAnswers(TagList list);

  /// `probabilities`: of each tag of the list. The losses are -log probability of the tags that are
  /// called like the candidates, the text names those above their thresholds. Throws InputError
  /// naming the candidates that are no tags.
  Prediction answer(const Item& item, std::span<const float> probabilities) const;

 private:
  TagList list_;
  std::unordered_map<std::string, size_t> numbers_;  // of tags, by name
};

}  // namespace lion::eval
