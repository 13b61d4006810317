#pragma once
/// Questions about scenes with their answers.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
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
  kSide,       ///< is a on the left or the right of the image
  kSize,       ///< which of two is larger
  kCategory,   ///< which animal is it
  kNeighbour,  ///< what is to the left of b
  kRead,       ///< what does the sign say
  kPlace,      ///< what is the background
  kKnowledge,  ///< which of the objects can fly
  kLogic,      ///< how many would there be if one more came
  kCompare,    ///< which of two is to the left; see below
  kSubject,    ///< which of two does a question of kRelation ask about
};
inline constexpr size_t kQuestionTypeCount = 15;
/// Those before kCompare and kSubject, which are asked only where they are named: kRelation's yes
/// or no stays a guess to a language model that has not learned first to choose one of two, and to
/// tell which was named first.
inline constexpr size_t kUsualQuestionTypeCount = 13;

/// "what", "colour", ..., "subject".
std::string_view question_type_name(QuestionType type);
/// Throws InputError with the names that there are.
QuestionType parse_question_type(std::string_view name);

/// What an answer is one of; wrong choices come from the same domain.
enum class AnswerDomain { kYesNo, kNumber, kColour, kSide, kObject, kText, kPlace };

struct Question {
  QuestionType type = QuestionType::kWhat;
  std::string text;      ///< "What color is the circle?"
  std::string answer;    ///< "red"
  std::string sentence;  ///< "The circle is red."
  std::string reason;    ///< why, for questions that need knowledge; else as `sentence`
  AnswerDomain domain = AnswerDomain::kObject;
};

/// A question of one type; nothing when the scene does not give one with a sure answer.
std::optional<Question> ask(const Facts& facts, QuestionType type, Random& random);

/// A question of one of these types, each tried as often as the others; nothing when many tries
/// gave none.
std::optional<Question> ask_one_of(const Facts& facts, const std::vector<QuestionType>& types,
                                   Random& random);

/// A question of a usual type drawn among those that the scene gives.
Question ask_any(const Facts& facts, Random& random);

/// `count` questions of types drawn as above, no text twice. May be fewer.
std::vector<Question> ask_several(const Facts& facts, int64_t count, Random& random);

/// Ten annotators: most say the answer, some a word that means the same.
std::array<std::string, 10> annotator_answers(const Question& question, Random& random);

/// The answer and up to `count - 1` wrong ones, in random order, no text twice.
std::vector<std::string> choices(const Question& question, const Facts& facts, size_t count,
                                 Random& random);

}  // namespace lion::scenes
