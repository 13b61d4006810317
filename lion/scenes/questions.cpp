#include "lion/scenes/questions.h"

#include <algorithm>
#include <numeric>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/scenes/ask.h"
#include "lion/scenes/painter.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

struct Synonym {
  std::string_view word, other;
};
constexpr std::array<Synonym, 24> kSynonyms = {{
    {"dog", "puppy"},       {"cat", "kitten"},       {"airplane", "plane"},
    {"bicycle", "bike"},    {"car", "automobile"},   {"boat", "sailboat"},
    {"rabbit", "bunny"},    {"hamburger", "burger"}, {"shoe", "sneaker"},
    {"horse", "pony"},      {"ball", "soccer ball"}, {"clock", "alarm clock"},
    {"fish", "a fish"},     {"cup", "coffee"},       {"train", "steam train"},
    {"hat", "top hat"},     {"guitar", "a guitar"},  {"leaf", "maple leaf"},
    {"turtle", "tortoise"}, {"meadow", "grass"},     {"sea", "water"},
    {"snow", "snowy"},      {"room", "indoors"},     {"night", "dark"},
}};

std::string other_word(const Question& question) {
  for (const Synonym& row : kSynonyms) {
    if (row.word == question.answer) return std::string(row.other);
  }
  if (question.domain == AnswerDomain::kNumber && question.answer.size() == 1) {
    return number_word(question.answer[0] - '0');
  }
  return question.answer;
}

/// How often a type is tried, in the order of QuestionType. Types that few scenes give are tried
/// more often, so that all are asked about alike; existence and relations come twice.
constexpr std::array<uint64_t, kUsualQuestionTypeCount> kWeights = {3, 4,  4, 5, 5,  3, 6,
                                                                    9, 12, 8, 3, 12, 2};

QuestionType draw_type(Random& random) {
  constexpr uint64_t kSum = std::accumulate(kWeights.begin(), kWeights.end(), uint64_t{0});
  uint64_t drawn = random.below(kSum);
  size_t type = 0;
  while (drawn >= kWeights[type]) drawn -= kWeights[type++];
  return static_cast<QuestionType>(type);
}

/// Answers that fit the domain, the scene's own first, since they tempt most.
std::vector<std::string> candidates(const Question& question, const Facts& facts, Random& random) {
  std::vector<std::string> list;
  switch (question.domain) {
    case AnswerDomain::kYesNo:
      return {"yes", "no"};
    case AnswerDomain::kNumber:
      for (int n = 0; n <= 6; ++n) list.push_back(str(n));
      break;
    case AnswerDomain::kColour:
      for (const NamedColour& colour : kColours) list.emplace_back(colour.name);
      break;
    case AnswerDomain::kSide:
      return {"left", "right"};
    case AnswerDomain::kPlace:
      for (size_t i = 0; i < kSettingCount; ++i) {
        list.emplace_back(setting_words(static_cast<Setting>(i)).tag);
      }
      break;
    case AnswerDomain::kText:
      for (const std::string& word : sign_words()) list.push_back(lower_case(word));
      for (int n = 0; n < 20; ++n) list.push_back(str(random.below(100)));
      break;
    case AnswerDomain::kObject:
      for (const Kind& kind : facts.vocabulary().kinds()) list.push_back(kind.name);
      break;
  }
  shuffle(list, random);
  if (question.domain == AnswerDomain::kObject) {
    std::vector<std::string> here;
    for (const Group& group : facts.groups()) here.push_back(group.name);
    list.insert(list.begin(), here.begin(), here.end());
  }
  return list;
}

constexpr std::array<std::string_view, kQuestionTypeCount> kTypeNames = {
    "what",      "colour", "count", "exists",    "relation", "side",    "size",   "category",
    "neighbour", "read",   "place", "knowledge", "logic",    "compare", "subject"};

}  // namespace

std::string_view question_type_name(QuestionType type) {
  return kTypeNames.at(static_cast<size_t>(type));
}

QuestionType parse_question_type(std::string_view name) {
  const auto it = std::find(kTypeNames.begin(), kTypeNames.end(), name);
  if (it == kTypeNames.end()) {
    const std::vector<std::string> known(kTypeNames.begin(), kTypeNames.end());
    throw InputError(str("scenes: there are no questions of that type (got \"", name,
                         "\", expected ", join(known, ", "), "). Choose of them."));
  }
  return static_cast<QuestionType>(it - kTypeNames.begin());
}

std::optional<Question> ask_one_of(const Facts& facts, const std::vector<QuestionType>& types,
                                   Random& random) {
  // Most types are given by most scenes in one of ten tries.
  constexpr int kTries = 60;
  for (int i = 0; i < kTries; ++i) {
    if (std::optional<Question> question = ask(facts, pick(types, random), random)) {
      return question;
    }
  }
  return std::nullopt;
}

Question ask_any(const Facts& facts, Random& random) {
  while (true) {
    // Every scene gives questions of existence, so this ends.
    if (std::optional<Question> question = ask(facts, draw_type(random), random)) {
      return *std::move(question);
    }
  }
}

std::vector<Question> ask_several(const Facts& facts, int64_t count, Random& random) {
  std::vector<Question> list;
  // Most scenes give a question in one of three tries.
  const int64_t tries = 30 + count * 10;
  for (int64_t i = 0; i < tries && static_cast<int64_t>(list.size()) < count; ++i) {
    std::optional<Question> question = ask(facts, draw_type(random), random);
    if (!question) continue;
    const bool repeated = std::any_of(list.begin(), list.end(), [&](const Question& other) {
      return other.text == question->text;
    });
    if (!repeated) list.push_back(*std::move(question));
  }
  return list;
}

std::array<std::string, 10> annotator_answers(const Question& question, Random& random) {
  const std::string other = other_word(question);
  std::array<std::string, 10> answers;
  for (std::string& answer : answers) answer = chance(random, 0.12) ? other : question.answer;
  answers[0] = question.answer;
  return answers;
}

std::vector<std::string> choices(const Question& question, const Facts& facts, size_t count,
                                 Random& random) {
  std::vector<std::string> list = {question.answer};
  for (std::string& other : candidates(question, facts, random)) {
    if (list.size() == count) break;
    if (std::find(list.begin(), list.end(), other) == list.end()) list.push_back(std::move(other));
  }
  shuffle(list, random);
  return list;
}

}  // namespace lion::scenes
