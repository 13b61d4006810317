#include "lion/eval/averages.h"

#include <algorithm>
#include <optional>

namespace lion::eval {
namespace {

using Named = std::pair<std::string, double>;

struct Average {
  std::string name;
  std::vector<std::string> members;
};

const std::vector<Average>& averages() {
  static const std::vector<Average> all = {
      {"held-in", {"coco", "textcaps", "okvqa", "aokvqa"}},
      {"held-out", {"flickr30k", "gqa", "iconqa", "vsr", "visdial"}},
      {"REC",
       {"refcoco_val", "refcoco_testA", "refcoco_testB", "refcoco+_val", "refcoco+_testA",
        "refcoco+_testB", "refcocog_val", "refcocog_test"}}};
  return all;
}

std::optional<double> mean_of(const Average& average, std::span<const Named> scores) {
  double sum = 0;
  for (const std::string& member : average.members) {
    const auto found = std::find_if(scores.begin(), scores.end(),
                                    [&](const Named& one) { return one.first == member; });
    if (found == scores.end()) return std::nullopt;
    sum += found->second;
  }
  return sum / static_cast<double>(average.members.size());
}

}  // namespace

std::vector<Named> paper_averages(std::span<const Named> scores) {
  std::vector<Named> means;
  for (const Average& average : averages()) {
    if (const auto mean = mean_of(average, scores)) means.emplace_back(average.name, *mean);
  }
  return means;
}

}  // namespace lion::eval
