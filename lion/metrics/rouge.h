#pragma once
/// Internal to this component: ROUGE-L (Lin, 2004), as pycocoevalcap 1.2 computes it.

#include <span>
#include <vector>

#include "lion/metrics/caption_words.h"

namespace lion {

/// The score of each image, 0..1: F with beta 1.2 of the best precision and the best recall,
/// which may come from different references.
std::vector<double> rouge_l(std::span<const WordedPair> pairs);

}  // namespace lion
