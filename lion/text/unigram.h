#pragma once
/// The unigram model of SentencePiece: of all ways to cut a text into known pieces, the one with
/// the highest sum of scores. Source: Kudo 2018; ties and unknown characters as Hugging Face
/// tokenizers treats them.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lion/text/trie.h"

namespace lion {

struct Piece {
  std::string text;    ///< UTF-8, with U+2581 for a space
  double score = 0.0;  ///< log-probability
};

class Unigram {
 public:
  /// `where` names the source in errors. Throws InputError when there are no pieces, `unk_id` is
  /// none of them, or a score is not finite.
  Unigram(const std::vector<Piece>& pieces, int64_t unk_id, std::string_view where);

  /// The ids (indices of pieces) of the best cut. A character of no piece costs the lowest score
  /// less 10; neighbouring unknown characters become one unknown id.
  std::vector<int64_t> encode(std::string_view text) const;

 private:
  Trie trie_;
  std::vector<double> scores_;
  int64_t unk_id_;
  double unk_score_;
};

}  // namespace lion
