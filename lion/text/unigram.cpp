#include "lion/text/unigram.h"

#include <algorithm>
#include <cmath>

#include "lion/base/error.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

constexpr double kUnkPenalty = 10.0;  // SentencePiece, unigram_model.cc

/// The best path that ends at a byte position.
struct Step {
  double score = 0.0;
  int64_t id = -1;  // -1: nothing ends here
  size_t begin = 0;
};

}  // namespace

Unigram::Unigram(const std::vector<Piece>& pieces, int64_t unk_id, std::string_view where)
    : unk_id_(unk_id) {
  if (unk_id < 0 || unk_id >= static_cast<int64_t>(pieces.size())) {
    throw InputError(str(where, ": the id of the unknown piece is ", unk_id, ", expected 0 to ",
                         pieces.size(), " - 1. Take the file again from its source."));
  }
  std::vector<std::string> texts;
  for (const Piece& piece : pieces) {
    if (!std::isfinite(piece.score)) {
      throw InputError(str(where, ": piece \"", piece.text, "\" has the score ", piece.score,
                           ", expected a finite number. Take the file again from its source."));
    }
    texts.push_back(piece.text);
    scores_.push_back(piece.score);
  }
  trie_ = Trie(texts);
  unk_score_ = *std::min_element(scores_.begin(), scores_.end()) - kUnkPenalty;
}

std::vector<int64_t> Unigram::encode(std::string_view text) const {
  std::vector<Step> best(text.size() + 1);
  const auto offer = [&](size_t begin, size_t end, int64_t id, double score) {
    const double total = best[begin].score + score;
    if (best[end].id < 0 || total > best[end].score) best[end] = {total, id, begin};
  };
  for (size_t begin = 0; begin < text.size();) {
    const std::string_view rest = text.substr(begin);
    const size_t character = decode_utf8(rest).length;
    bool known = false;
    trie_.for_each_prefix(rest, [&](const Trie::Match& match) {
      offer(begin, begin + match.length, match.index, scores_[static_cast<size_t>(match.index)]);
      known |= match.length == character;
    });
    if (!known) offer(begin, begin + character, unk_id_, unk_score_);
    begin += character;
  }
  std::vector<int64_t> ids;
  for (size_t end = text.size(); end > 0; end = best[end].begin) {
    const bool fused = best[end].id == unk_id_ && !ids.empty() && ids.back() == unk_id_;
    if (!fused) ids.push_back(best[end].id);
  }
  std::reverse(ids.begin(), ids.end());
  return ids;
}

}  // namespace lion
