#pragma once
/// How the texts of the data sets are cleaned, and which of several answers is taken. Source
/// of the LAVIS rules: its text processors. Settings: docs/training.md.

#include <cstdint>
#include <string>
#include <string_view>

namespace lion {

enum class TextRule {
  kRaw,    ///< white space at the ends removed, line breaks become spaces
  kLavis,  ///< also lower case, `. ! " ( ) * # : ; ~` removed, at most 50 words
};

/// What a text is: LAVIS replaces the marks of an answer by spaces, and deletes those of a
/// question.
enum class TextKind { kQuestion, kAnswer };

/// Of the answers that several people gave to a question.
enum class AnswerRule {
  kDistinct,  ///< each different answer is as likely (LAVIS)
  kWeighted,  ///< as likely as it was given often
  kMajority,  ///< the one given most often; of several, the first
};

std::string clean_text(std::string_view text, TextRule rule, TextKind kind);

/// "raw", "lavis"; "distinct", "weighted", "majority". Throw InputError naming `where`.
TextRule parse_text_rule(std::string_view name, std::string_view where);
AnswerRule parse_answer_rule(std::string_view name, std::string_view where);

/// The phrase of a region as it stands within a question about its place: without a full stop at
/// the end.
std::string_view without_full_stop(std::string_view phrase);

}  // namespace lion
