#include "lion/eval/tag_answers.h"

#include <cmath>
#include <utility>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion::eval {

TagAnswers::TagAnswers(TagList list) : list_(std::move(list)) {
  for (size_t i = 0; i < list_.names.size(); ++i) numbers_.emplace(list_.names[i], i);
}

Prediction TagAnswers::answer(const Item& item, std::span<const float> probabilities) const {
  LION_CHECK(probabilities.size() == list_.names.size(), probabilities.size(), " probabilities of ",
             list_.names.size(), " tags.");
  Prediction prediction{.id = item.id};
  std::vector<std::string> found, missing;
  for (const std::string& candidate : item.candidates) {
    const auto known = numbers_.find(candidate);
    if (known == numbers_.end()) {
      missing.push_back(candidate);
      continue;
    }
    const float probability = probabilities[known->second];
    prediction.losses.push_back(-std::log(static_cast<double>(probability)));
    if (probability > list_.thresholds[known->second]) found.push_back(candidate);
  }
  if (!missing.empty()) {
    throw InputError(str("tags: the tagger does not know ", missing.size(), " of ",
                         item.candidates.size(), " categories (", join(missing, ", "),
                         "). Take a model whose list of tags has these names, each on a line, or "
                         "run coco_objects, which asks for captions."));
  }
  prediction.text = join(found, ", ");
  return prediction;
}

}  // namespace lion::eval
