#pragma once
/// MMBench's CircularEval: a question counts when it is right in every rotation of its options.
/// Source: MMBench (Liu 2023).

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace lion {

/// Between the indices of a question's passes in MMBench's tables: pass k of question i is row
/// i + 1,000,000 k.
inline constexpr int64_t kCircularStep = 1'000'000;

/// One pass of a question: options rotated by `shift`.
struct CircularPass {
  std::string question;  ///< the same for all passes of a question
  std::string ability;   ///< L-2 category
  int64_t shift = 0;
  bool right = false;
};

struct CircularScores {
  double accuracy = 0;  ///< questions right in every pass
  double vanilla = 0;   ///< questions right in pass 0
  int64_t questions = 0;
  struct Ability {
    int64_t questions = 0;
    double accuracy = 0;
    double vanilla = 0;
  };
  std::map<std::string, Ability> abilities;  ///< by L-2 category
  std::map<std::string, bool> hits;          ///< by question
};
/// Throws InputError when there is no pass, or a question lacks its pass 0.
CircularScores score_circular(std::span<const CircularPass> passes);

/// In pass `shift` of `options` options, letter j shows option (j + shift) mod options.
int64_t shown_option(int64_t letter, int64_t shift, int64_t options);
/// The letter that shows `option` in pass `shift`: the inverse of shown_option.
int64_t letter_of_option(int64_t option, int64_t shift, int64_t options);

/// The number of the option that a free answer means: a lone letter A, B, ..., else the only option
/// whose text is in the answer; -1 when neither.
int64_t matched_option(std::string_view answer, std::span<const std::string> options);

/// "LR", "AR", "RR", "FP-S", "FP-C", "CP", or the category itself where the paper has no column.
std::string_view ability_column(std::string_view category);

}  // namespace lion
