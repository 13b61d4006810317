#pragma once
/// Likelihood of given answers, for instance the choices of a question.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "lion/generate/decoder.h"
#include "lion/generate/scheduler.h"
#include "lion/generate/search.h"

namespace lion {

struct RankOptions {
  int64_t start_id = 0;
  int64_t eos_id = 1;
  int64_t max_rows = kDefaultMaxRows;  ///< changes speed and memory, never the result
};

struct Ranked {
  int64_t index;          ///< of the candidate in the input
  double log_likelihood;  ///< sum over its tokens, end id included; no length normalisation
  std::vector<double> token_logprobs;
};

struct Ranking {
  std::vector<Ranked> candidates;  ///< in input order
  std::vector<int64_t> order;      ///< indices, likeliest first; equals by index
};

/// Likelihood of each candidate, which is ids without start id and with the end id last. Candidates
/// advance in lock step; a prefix that several share is one row. Throws InputError when there is no
/// candidate, one does not end with the end id, or an id is not in the vocabulary.
Ranking rank(Decoder& decoder, int64_t prompt, std::span<const std::vector<int64_t>> candidates,
             const RankOptions& options = {});

/// The same as a search, to share steps with other requests: its results are the candidates in
/// input order, with `score` the log-likelihood. Needs at most one row a candidate.
std::unique_ptr<Search> rank_search(std::vector<std::vector<int64_t>> candidates,
                                    const RankOptions& options = {});

}  // namespace lion
