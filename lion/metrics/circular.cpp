#include "lion/metrics/circular.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/metrics/python_text.h"

namespace lion {
namespace {

constexpr std::string_view kOptionPunctuation = ".()[],:;!*#{}";
constexpr size_t kLetters = 26;

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kColumns{{
    {"logic_reasoning", "LR"},
    {"attribute_reasoning", "AR"},
    {"relation_reasoning", "RR"},
    {"finegrained_perception (instance-level)", "FP-S"},
    {"finegrained_perception (cross-instance)", "FP-C"},
    {"coarse_perception", "CP"},
}};

struct Question {
  std::string ability;
  bool hit = true;
  bool has_first = false;
  bool first_right = false;
};

std::map<std::string, Question> by_question(std::span<const CircularPass> passes) {
  std::map<std::string, Question> questions;
  for (const CircularPass& pass : passes) {
    Question& question = questions[pass.question];
    question.hit &= pass.right;
    if (question.ability.empty()) question.ability = pass.ability;
    if (pass.shift != 0) continue;
    question.has_first = true;
    question.first_right = pass.right;
  }
  return questions;
}

/// The only option whose letter is a word of the answer; -1 when there is none or more than one.
int64_t lone_letter(std::string_view answer, size_t options) {
  std::string text(answer);
  for (char& c : text) {
    if (kOptionPunctuation.find(c) != kOptionPunctuation.npos) c = ' ';
  }
  std::set<int64_t> found;
  for (const std::string& word : python_split(text)) {
    if (word.size() != 1) continue;
    const int64_t letter = word[0] - 'A';
    if (letter >= 0 && letter < static_cast<int64_t>(std::min(options, kLetters))) {
      found.insert(letter);
    }
  }
  return found.size() == 1 ? *found.begin() : -1;
}

/// The only option whose text the answer contains; -1 when there is none or more than one.
int64_t only_text(std::string_view answer, std::span<const std::string> options) {
  const std::string lower = python_lower(answer);
  int64_t found = -1;
  for (size_t i = 0; i < options.size(); ++i) {
    if (python_strip(options[i]).empty()) continue;  // a missing option is in every answer
    if (lower.find(python_lower(options[i])) == lower.npos) continue;
    if (found >= 0) return -1;
    found = static_cast<int64_t>(i);
  }
  return found;
}

}  // namespace

CircularScores score_circular(std::span<const CircularPass> passes) {
  if (passes.empty()) {
    throw InputError("score_circular: there is no pass (expected one or more). Pass some.");
  }
  CircularScores scores;
  for (const auto& [id, question] : by_question(passes)) {
    if (!question.has_first) {
      throw InputError(str("score_circular: question \"", id,
                           "\" has no pass 0 (options not rotated). Add it or leave the question "
                           "out."));
    }
    CircularScores::Ability& ability = scores.abilities[question.ability];
    ++scores.questions;
    ++ability.questions;
    scores.accuracy += question.hit ? 1 : 0;
    ability.accuracy += question.hit ? 1 : 0;
    scores.vanilla += question.first_right ? 1 : 0;
    ability.vanilla += question.first_right ? 1 : 0;
    scores.hits.emplace(id, question.hit);
  }
  scores.accuracy /= static_cast<double>(scores.questions);
  scores.vanilla /= static_cast<double>(scores.questions);
  for (auto& [name, ability] : scores.abilities) {
    ability.accuracy /= static_cast<double>(ability.questions);
    ability.vanilla /= static_cast<double>(ability.questions);
  }
  return scores;
}

int64_t shown_option(int64_t letter, int64_t shift, int64_t options) {
  return ((letter + shift) % options + options) % options;
}

int64_t letter_of_option(int64_t option, int64_t shift, int64_t options) {
  return shown_option(option, -shift, options);
}

int64_t matched_option(std::string_view answer, std::span<const std::string> options) {
  const int64_t letter = lone_letter(answer, options.size());
  return letter >= 0 ? letter : only_text(answer, options);
}

std::string_view ability_column(std::string_view category) {
  for (const auto& [name, column] : kColumns) {
    if (name == category) return column;
  }
  return category;
}

}  // namespace lion
