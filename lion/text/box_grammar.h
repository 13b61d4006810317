#pragma once
/// Decoding that can only end in a well-formed box: which ids may follow the ones generated.

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/text/t5_tokenizer.h"

namespace lion {

/// The language is `[x0,y0,x1,y1]`, every number written d.ddd in 0.000 .. 1.000, x0 <= x1 and
/// y0 <= y1, with or without "Answer: " before it, then </s>. Copies what it needs of the
/// tokenizer.
class BoxGrammar {
 public:
  /// Throws InputError when the vocabulary lacks one of the characters of a box as a piece of its
  /// own: some beginning could then not be completed.
  explicit BoxGrammar(const T5Tokenizer& tokenizer);

  /// The ids, in ascending order, after which the text of `generated_ids` (start and padding ids
  /// are skipped) can still be completed; </s> alone when it is complete; none behind </s>. Throws
  /// InputError when the ids do not begin a box.
  std::vector<int64_t> allowed(std::span<const int64_t> generated_ids) const;

 private:
  static constexpr std::string_view kPrefix = "Answer: ";

  /// A piece made of characters of the language only.
  struct Candidate {
    int64_t id = 0;
    std::string surface;        ///< its text within an answer
    std::string first_surface;  ///< its text as the first piece: without spaces
  };
  const Candidate* find(int64_t id) const;
  bool can_complete(std::string_view text) const;

  int64_t eos_id_;
  std::vector<bool> special_;
  std::vector<Candidate> candidates_;  // by ascending id
  /// Whether pieces exist that spell what follows the first i characters of kPrefix.
  std::array<bool, kPrefix.size() + 1> prefix_goes_on_{};
};

}  // namespace lion
