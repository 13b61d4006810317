#include "lion/metrics/caption_scores.h"

#include <numeric>
#include <utility>

#include "lion/base/error.h"
#include "lion/metrics/bleu.h"
#include "lion/metrics/caption_words.h"
#include "lion/metrics/cider.h"
#include "lion/metrics/ngrams.h"
#include "lion/metrics/rouge.h"

namespace lion {
namespace {

void check(std::span<const CaptionPair> captions) {
  if (captions.empty()) {
    throw InputError(
        "score_captions: there is no image (got 0, expected 1 or more). Give the captions of a "
        "whole split.");
  }
  for (size_t i = 0; i < captions.size(); ++i) {
    if (captions[i].references.empty()) {
      throw InputError(str("score_captions: image ", i,
                           " (counted from 0) has no reference caption (got 0, expected 1 or "
                           "more). Leave it out or add its references."));
    }
  }
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

CaptionScores score_captions(std::span<const CaptionPair> captions) {
  check(captions);
  const std::vector<WordedPair> pairs = worded(captions);
  CaptionScores scores;
  const CountedPairs ngrams = counted(pairs);
  scores.cider_each = cider_d(ngrams);
  scores.cider = mean(scores.cider_each);
  BleuScores of_bleu = bleu(pairs, ngrams);
  scores.bleu = of_bleu.corpus;
  scores.bleu_each = std::move(of_bleu.each);
  scores.rouge_l_each = rouge_l(pairs);
  scores.rouge_l = mean(scores.rouge_l_each);
  return scores;
}

}  // namespace lion
