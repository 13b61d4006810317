#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "lion/generate/scores.h"
#include "lion/generate/search.h"

namespace lion {
namespace {

/// A beam continued by one token.
struct Candidate {
  double sum;  ///< of log-probabilities after the rules
  int64_t beam;
  int64_t id;
};

/// The best `limit` candidates, best first; among equals the one offered first. Forbidden ones
/// (-inf) are never among them.
class BestCandidates {
 public:
  explicit BestCandidates(size_t limit) : limit_(limit) {}

  void offer(std::span<const double> scores, double sum, int64_t beam) {
    for (size_t id = 0; id < scores.size(); ++id) {
      const double total = sum + scores[id];
      if (total > threshold_) insert({total, beam, static_cast<int64_t>(id)});
    }
  }

  const std::vector<Candidate>& list() const { return list_; }

 private:
  void insert(const Candidate& candidate) {
    const auto worse = [](double sum, const Candidate& other) { return sum > other.sum; };
    list_.insert(std::upper_bound(list_.begin(), list_.end(), candidate.sum, worse), candidate);
    if (list_.size() > limit_) list_.pop_back();
    if (list_.size() == limit_) threshold_ = list_.back().sum;
  }

  size_t limit_;
  double threshold_ = -std::numeric_limits<double>::infinity();
  std::vector<Candidate> list_;
};

class BeamSearch : public Search {
 public:
  BeamSearch(const GenerateOptions& options, ScoreRules rules)
      : Search(options.num_beams, options.start_id, rules.highest_id()),
        options_(options),
        rules_(std::move(rules)),
        beams_(1) {}

 private:
  // transformers starts with num_beams equal rows, all but one at -1e9. One row gives the same
  // candidates for less work.
  Next advance(std::span<const Row> rows) override {
    ++length_;
    const auto beam_limit = static_cast<size_t>(options_.num_beams);
    BestCandidates best(2 * beam_limit);
    for (size_t b = 0; b < beams_.size(); ++b) {
      const auto scores = rules_.apply(rows[b].logits, rows[b].log_sum, beams_[b].ids);
      best.offer(scores, beams_[b].score, static_cast<int64_t>(b));
    }
    Next next;
    std::vector<Sequence> open;
    for (size_t rank = 0; rank < best.list().size() && open.size() < beam_limit; ++rank) {
      const Candidate& candidate = best.list()[rank];
      const bool end = candidate.id == options_.eos_id;
      if (end && rank >= beam_limit) continue;
      const auto parent = static_cast<size_t>(candidate.beam);
      Sequence sequence = beams_[parent];
      sequence.ids.push_back(candidate.id);
      sequence.token_logprobs.push_back(rows[parent].logprob(candidate.id));
      sequence.score = candidate.sum;
      sequence.finished = end;
      if (end) {
        close(std::move(sequence));
      } else {
        open.push_back(std::move(sequence));
        next.wanted.push_back({candidate.beam, candidate.id});
      }
    }
    beams_ = std::move(open);
    const bool stop =
        closed_.size() == beam_limit && closed_.back().score >= normalised(best.list().front().sum);
    const bool full = length_ == options_.max_new_tokens;
    if (full) {
      for (Sequence& beam : beams_) close(std::move(beam));
    }
    if (stop || full) next.wanted.clear();
    return next;
  }

  std::vector<Sequence> collect() const override {
    const size_t count =
        std::min(closed_.size(), static_cast<size_t>(options_.num_return_sequences));
    return {closed_.begin(), closed_.begin() + static_cast<int64_t>(count)};
  }

  double normalised(double sum) const {
    return sum / std::pow(static_cast<double>(length_), options_.length_penalty);
  }

  void close(Sequence sequence) {
    sequence.score = normalised(sequence.score);
    const auto worse = [](double score, const Sequence& other) { return score > other.score; };
    closed_.insert(std::upper_bound(closed_.begin(), closed_.end(), sequence.score, worse),
                   std::move(sequence));
    if (static_cast<int64_t>(closed_.size()) > options_.num_beams) closed_.pop_back();
  }

  GenerateOptions options_;
  ScoreRules rules_;
  int64_t length_ = 0;            ///< generated tokens of every beam
  std::vector<Sequence> beams_;   ///< open ones, one a row; score is the sum so far
  std::vector<Sequence> closed_;  ///< the best num_beams, best first; score is normalised
};

}  // namespace

std::unique_ptr<Search> beam_search(const GenerateOptions& options,
                                    std::shared_ptr<const TokenConstraint> constraint) {
  return std::make_unique<BeamSearch>(options, ScoreRules(options, std::move(constraint)));
}

}  // namespace lion
