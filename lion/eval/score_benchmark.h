#pragma once
/// From predictions to the figures of a benchmark.

#include <span>

#include "lion/eval/item.h"
#include "lion/eval/read_benchmark.h"
#include "lion/eval/score.h"
#include "lion/metrics/statistics.h"
#include "lion/metrics/vqa_accuracy.h"

namespace lion::eval {

struct ScoreOptions {
  VqaEvaluator vqa = VqaEvaluator::kLavis;
  AokvqaAnswer aokvqa = AokvqaAnswer::kAsIs;
};

/// `predictions[i]` belongs to `benchmark.items[i]`; those with an error do not count, and are
/// counted as missing (MMBench: a question is missing when a pass of it is). Throws InputError when
/// no item has an answer.
Score score_benchmark(const Benchmark& benchmark, std::span<const Prediction> predictions,
                      const ScoreOptions& options = {});

/// Whether the files say what is right; a test split's may not, and then only submit.
bool can_be_scored(const Benchmark& benchmark);

/// 95 % of where the main figure, in the units of `score.main`, may lie: percentile bootstrap over
/// its units. CIDEr keeps the document frequencies of the whole split. `predictions` as above.
Interval score_interval(const Benchmark& benchmark, std::span<const Prediction> predictions,
                        const Score& score);

/// The candidate of the smallest loss, the first of equal ones; or, where an answer was generated
/// or sent by a server that gives no likelihoods, the one that it means; -1 when there is none.
int64_t chosen_candidate(const Item& item, const Prediction& prediction);

}  // namespace lion::eval
