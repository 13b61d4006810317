#include "lion/eval/item.h"

namespace lion::eval {

std::vector<std::string> present_names(const Item& item) {
  std::vector<std::string> names;
  if (!item.truth.present) return names;
  for (const int64_t number : *item.truth.present) {
    names.push_back(item.candidates[static_cast<size_t>(number)]);
  }
  return names;
}

}  // namespace lion::eval
