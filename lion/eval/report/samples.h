#pragma once
/// Internal to this component: which samples a report shows.

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "lion/eval/item.h"

namespace lion::eval {

/// Numbers of values, none twice.
struct Samples {
  bool all_equal = false;      ///< there is no better or worse; `worst` has some of all
  std::vector<int64_t> worst;  ///< the worst first
  std::vector<int64_t> best;   ///< the best first
};

/// Up to `count` of the lowest and of the highest values. Of equal ones more than are asked for,
/// some from everywhere in the list: the first ones are often of the same image. What is not
/// finite is lowest. The highest value is never among the worst, nor the lowest among the best.
Samples choose_samples(std::span<const double> values, int64_t count);

/// Numbers of the items by the id of a score's value: the item's own, else, of items that are the
/// passes of a question, the question's, whose first pass stands for it.
std::unordered_map<std::string, int64_t> items_by_id(std::span<const Item> items);

/// The question that an item is a pass of: the field "question" of its official ids, else its id.
std::string question_id(const Item& item);

}  // namespace lion::eval
