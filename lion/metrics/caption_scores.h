#pragma once
/// CIDEr-D, BLEU-1..4 and ROUGE-L of captions, as pycocoevalcap 1.2 computes them.

#include <array>
#include <span>
#include <string>
#include <vector>

namespace lion {

/// An image's captions, not tokenized.
struct CaptionPair {
  std::string candidate;
  std::vector<std::string> references;  ///< at least one
};

/// Each figure of the corpus, and of each image in the order given.
struct CaptionScores {
  double cider = 0;
  std::array<double, 4> bleu{};  ///< BLEU-1..4
  double rouge_l = 0;
  std::vector<double> cider_each;
  std::vector<std::array<double, 4>> bleu_each;
  std::vector<double> rouge_l_each;
};

/// Document frequencies come from the references given: the whole split is one corpus. Throws
/// InputError when there is no image, or one has no reference.
CaptionScores score_captions(std::span<const CaptionPair> captions);

}  // namespace lion
