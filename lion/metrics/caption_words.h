#pragma once
/// Internal to this component: captions as numbers, for the scores that compare words.

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "lion/metrics/caption_scores.h"

namespace lion {

/// Numbers words from 0 in the order of their first appearance.
class WordIds {
 public:
  int32_t id(const std::string& word) {
    return ids_.try_emplace(word, static_cast<int32_t>(ids_.size())).first->second;
  }

 private:
  std::unordered_map<std::string, int32_t> ids_;
};

/// One caption. The two differ where a token holds white space ("3 1/2"), and for no token at all:
/// CIDEr and BLEU split at any white space, ROUGE at single blanks, which gives one empty word.
struct WordedCaption {
  std::vector<int32_t> words;   ///< what CIDEr and BLEU count
  std::vector<int32_t> tokens;  ///< what ROUGE counts, at least one
};

struct WordedPair {
  WordedCaption candidate;
  std::vector<WordedCaption> references;
};

/// All captions through the PTB tokenizer, the references as one file and the candidates as
/// another: so pycocoevalcap does it (ptb_lines.h says when that matters).
std::vector<WordedPair> worded(std::span<const CaptionPair> captions);

}  // namespace lion
