#pragma once
/// Questions about scenes with their answers.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lion/base/random.h"
#include "lion/scenes/facts.h"

namespace lion::scenes {

enum class QuestionType {
  kWhat,       ///< what is on the left, inside the circle, ...
  kColour,     ///< of a shape or a sign
  kCount,      ///< of one name or one category
  kExists,     ///< yes or no, half and half
  kRelation,   ///< is a left of b: yes or no, half and half
  kSide,       ///< is a on the left or the right of b, of the picture
  kSize,       ///< which of two is larger
  kCategory,   ///< which animal is it
  kNeighbour,  ///< what is to the left of b
  kRead,       ///< what does the sign say
  kPlace,      ///< what is the background
  kKnowledge,  ///< which of the things can fly
  kLogic,      ///< how many would there be if one more came
};
inline constexpr size_t kQuestionTypeCount = 13;

/// What an answer is one of; wrong choices come from the same domain.
enum class AnswerDomain { kYesNo, kNumber, kColour, kSide, kThing, kText, kPlace };

struct Question {
  QuestionType type = QuestionType::kWhat;
  std::string text;      ///< "What color is the circle?"
  std::string answer;    ///< "red"
  std::string sentence;  ///< "The circle is red."
  std::string reason;    ///< why, for questions that need knowledge; else as `sentence`
  AnswerDomain domain = AnswerDomain::kThing;
};

/// A question of one type; nothing when the scene does not give one with a sure answer.
std::optional<Question> ask(const Facts& facts, QuestionType type, Random& random);

/// A question of a type drawn among those that the scene gives.
Question ask_any(const Facts& facts, Random& random);

/// `count` questions of types drawn as above, no text twice. May be fewer.
std::vector<Question> ask_several(const Facts& facts, int64_t count, Random& random);

/// Ten annotators: most say the answer, some a word that means the same.
std::array<std::string, 10> annotator_answers(const Question& question, Random& random);

/// The answer and up to `count - 1` wrong ones, in random order, no text twice.
std::vector<std::string> choices(const Question& question, const Facts& facts, size_t count,
                                 Random& random);

}  // namespace lion::scenes
