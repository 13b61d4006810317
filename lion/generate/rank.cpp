#include "lion/generate/rank.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "lion/base/error.h"

namespace lion {
namespace {

using Candidates = std::span<const std::vector<int64_t>>;

void check(Candidates candidates, int64_t eos_id) {
  if (candidates.empty()) {
    throw InputError("rank: no candidates (got 0, expected 1 or more). Give some.");
  }
  for (size_t i = 0; i < candidates.size(); ++i) {
    const auto& ids = candidates[i];
    if (ids.empty() || ids.back() != eos_id) {
      throw InputError(str("rank: candidate ", i, " does not end with the end id (got ", ids.size(),
                           " ids, expected the last to be ", eos_id,
                           "). Append the end id to every candidate."));
    }
    if (const int64_t lowest = *std::min_element(ids.begin(), ids.end()); lowest < 0) {
      throw InputError(str("rank: candidate ", i, " has a negative id (got ", lowest,
                           ", expected 0 or more). Use the tokenizer of this model."));
    }
  }
}

/// Indices of the candidates in the order of their ids, so that shared prefixes are neighbours.
std::vector<size_t> sorted_order(Candidates candidates) {
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return candidates[a] < candidates[b]; });
  return order;
}

int64_t highest_id(Candidates candidates) {
  int64_t highest = 0;
  for (const auto& ids : candidates) {
    highest = std::max(highest, *std::max_element(ids.begin(), ids.end()));
  }
  return highest;
}

class RankSearch : public Search {
 public:
  RankSearch(std::vector<std::vector<int64_t>> candidates, int64_t start_id)
      : Search(static_cast<int64_t>(candidates.size()), start_id, highest_id(candidates)),
        order_(sorted_order(candidates)),
        groups_{{0, candidates.size()}} {
    for (auto& ids : candidates) sequences_.push_back({.ids = std::move(ids), .finished = true});
  }

 private:
  /// Candidates order_[first, last), which share the `depth_` ids that their row has read.
  struct Group {
    size_t first;
    size_t last;
  };

  Next advance(std::span<const Row> rows) override {
    Next next;
    std::vector<Group> groups;
    for (size_t r = 0; r < rows.size(); ++r) {
      Group rest = groups_[r];
      while (rest.first < rest.last) {
        const int64_t id = at(rest.first).ids[depth_];
        Group same{rest.first, rest.first};
        for (; same.last < rest.last && at(same.last).ids[depth_] == id; ++same.last) {
          at(same.last).token_logprobs.push_back(rows[r].logprob(id));
          at(same.last).score += rows[r].logprob(id);
        }
        rest.first = same.last;
        // Sorted, those that end here come before those that go on.
        while (same.first < same.last && at(same.first).ids.size() == depth_ + 1) ++same.first;
        if (same.first == same.last) continue;
        next.wanted.push_back({static_cast<int64_t>(r), id});
        groups.push_back(same);
      }
    }
    groups_ = std::move(groups);
    ++depth_;
    return next;
  }

  std::vector<Sequence> collect() const override { return sequences_; }

  Sequence& at(size_t place) { return sequences_[order_[place]]; }

  std::vector<size_t> order_;
  std::vector<Group> groups_;  ///< one a row
  size_t depth_ = 0;
  std::vector<Sequence> sequences_;
};

}  // namespace

std::unique_ptr<Search> rank_search(std::vector<std::vector<int64_t>> candidates,
                                    const RankOptions& options) {
  check(candidates, options.eos_id);
  return std::make_unique<RankSearch>(std::move(candidates), options.start_id);
}

Ranking rank(Decoder& decoder, int64_t prompt, Candidates candidates, const RankOptions& options) {
  check(candidates, options.eos_id);
  Scheduler scheduler(decoder, options.max_rows);
  const std::vector<size_t> sorted = sorted_order(candidates);
  const auto segment_size = static_cast<size_t>(options.max_rows);
  std::vector<Scheduler::Ticket> tickets;
  for (size_t first = 0; first < sorted.size(); first += segment_size) {
    std::vector<std::vector<int64_t>> segment;
    for (size_t i = first; i < std::min(first + segment_size, sorted.size()); ++i) {
      segment.push_back(candidates[sorted[i]]);
    }
    tickets.push_back(scheduler.add(rank_search(std::move(segment), options), prompt));
  }
  scheduler.run();

  Ranking ranking;
  ranking.candidates.resize(candidates.size());
  size_t place = 0;
  for (Scheduler::Ticket ticket : tickets) {
    for (Sequence& sequence : scheduler.take(ticket)) {
      const size_t index = sorted[place++];
      ranking.candidates[index] = {static_cast<int64_t>(index), sequence.score,
                                   std::move(sequence.token_logprobs)};
    }
  }
  ranking.order.resize(candidates.size());
  std::iota(ranking.order.begin(), ranking.order.end(), int64_t{0});
  const auto likelihood = [&](int64_t i) {
    return ranking.candidates[static_cast<size_t>(i)].log_likelihood;
  };
  std::stable_sort(ranking.order.begin(), ranking.order.end(),
                   [&](int64_t a, int64_t b) { return likelihood(a) > likelihood(b); });
  return ranking;
}

}  // namespace lion
