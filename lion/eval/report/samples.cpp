#include "lion/eval/report/samples.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace lion::eval {
namespace {

double rankable(double value) {
  return std::isfinite(value) ? value : -std::numeric_limits<double>::infinity();
}

/// `count` of `group`, evenly spread; all when it has no more.
std::vector<int64_t> spread(std::span<const int64_t> group, int64_t count) {
  const auto size = static_cast<int64_t>(group.size());
  if (size <= count) return {group.begin(), group.end()};
  std::vector<int64_t> out;
  for (int64_t i = 0; i < count; ++i) {
    out.push_back(group[static_cast<size_t>((2 * i + 1) * size / (2 * count))]);
  }
  return out;
}

/// The first `count` of `order`, whose equal values are neighbours; of the last value, some from
/// everywhere.
std::vector<int64_t> take(const std::vector<int64_t>& order, std::span<const double> values,
                          int64_t count) {
  std::vector<int64_t> out;
  for (auto first = order.begin(); first != order.end();) {
    const int64_t open = count - static_cast<int64_t>(out.size());
    if (open <= 0) break;
    const double value = values[static_cast<size_t>(*first)];
    const auto last = std::find_if(
        first, order.end(), [&](int64_t i) { return values[static_cast<size_t>(i)] != value; });
    const std::vector<int64_t> some = spread(std::span(first, last), open);
    out.insert(out.end(), some.begin(), some.end());
    first = last;
  }
  return out;
}

bool is_first_pass(const Item& item) {
  if (!item.official.is_object()) return true;
  const auto shift = item.official.find("shift");
  return shift == item.official.end() || *shift == 0;
}

}  // namespace

Samples choose_samples(std::span<const double> given, int64_t count) {
  Samples out;
  if (given.empty() || count < 1) return out;
  std::vector<double> values(given.size());
  std::transform(given.begin(), given.end(), values.begin(), rankable);
  std::vector<int64_t> order(values.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double lowest = *low, highest = *high;
  out.all_equal = lowest == highest;
  if (out.all_equal) {
    out.worst = spread(order, count);
    return out;
  }
  const auto value = [&](int64_t i) { return values[static_cast<size_t>(i)]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return value(a) < value(b); });
  std::vector<int64_t> worse = order;
  std::erase_if(worse, [&](int64_t i) { return value(i) == highest; });
  // Of few values each side gets half.
  const auto half = static_cast<int64_t>((values.size() + 1) / 2);
  out.worst = take(worse, values, std::min(count, half));
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return value(a) > value(b); });
  std::erase_if(order, [&](int64_t i) {
    return value(i) == lowest ||
           std::find(out.worst.begin(), out.worst.end(), i) != out.worst.end();
  });
  out.best = take(order, values, count);
  return out;
}

std::string question_id(const Item& item) {
  if (!item.official.is_object()) return item.id;
  const auto field = item.official.find("question");
  if (field == item.official.end()) return item.id;
  if (field->is_string()) return field->get<std::string>();
  return field->is_number_integer() ? field->dump() : item.id;
}

std::unordered_map<std::string, int64_t> items_by_id(std::span<const Item> items) {
  std::unordered_map<std::string, int64_t> out;
  for (size_t i = 0; i < items.size(); ++i) out.emplace(items[i].id, static_cast<int64_t>(i));
  for (const bool first_only : {true, false}) {
    for (size_t i = 0; i < items.size(); ++i) {
      if (first_only && !is_first_pass(items[i])) continue;
      out.emplace(question_id(items[i]), static_cast<int64_t>(i));
    }
  }
  return out;
}

}  // namespace lion::eval
