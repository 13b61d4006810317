#pragma once
/// Internal to this component: BLEU-1..4 (Papineni et al., 2002), as pycocoevalcap 1.2 computes it.

#include <array>
#include <span>
#include <vector>

#include "lion/metrics/caption_words.h"
#include "lion/metrics/ngrams.h"

namespace lion {

using Bleu = std::array<double, 4>;  ///< BLEU-1..4

struct BleuScores {
  Bleu corpus{};
  std::vector<Bleu> each;  ///< of each image
};

/// The brevity penalty takes the reference length closest to the candidate's, the shorter of two.
/// `counted`: the same pairs.
BleuScores bleu(std::span<const WordedPair> pairs, const CountedPairs& counted);

}  // namespace lion
