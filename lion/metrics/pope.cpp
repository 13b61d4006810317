#include "lion/metrics/pope.h"

#include <algorithm>
#include <string>

#include "lion/base/str.h"

namespace lion {
namespace {

double ratio(int64_t part, int64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

bool pope_says_yes(std::string_view answer) {
  std::string sentence(answer.substr(0, answer.find('.')));
  std::erase(sentence, ',');
  const std::vector<std::string> words = split(sentence, ' ');
  return std::none_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "No" || word == "no" || word == "not";
  });
}

PopeScores score_pope(std::span<const std::pair<bool, bool>> answers) {
  PopeScores scores;
  for (const auto& [said, is] : answers) {
    ++(said ? (is ? scores.tp : scores.fp) : (is ? scores.fn : scores.tn));
  }
  const auto n = static_cast<int64_t>(answers.size());
  scores.accuracy = ratio(scores.tp + scores.tn, n);
  scores.precision = ratio(scores.tp, scores.tp + scores.fp);
  scores.recall = ratio(scores.tp, scores.tp + scores.fn);
  const double sum = scores.precision + scores.recall;
  scores.f1 = sum == 0 ? 0.0 : 2 * scores.precision * scores.recall / sum;
  scores.yes_ratio = ratio(scores.tp + scores.fp, n);
  return scores;
}

}  // namespace lion
