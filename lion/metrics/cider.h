#pragma once
/// Internal to this component: CIDEr-D (Vedantam et al., 2015), as pycocoevalcap 1.2 computes it.

#include <vector>

#include "lion/metrics/ngrams.h"

namespace lion {

/// The score of each image, 0..10. Document frequencies come from the references of all.
std::vector<double> cider_d(const CountedPairs& captions);

}  // namespace lion
