#pragma once
/// One request as a state machine: it says which rows it wants advanced by which token, takes their
/// logits, and ends with sequences. It knows no decoder, so it is tested on plain numbers.

#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <vector>

#include "lion/generate/constraint.h"
#include "lion/generate/decoder.h"
#include "lion/generate/generate_options.h"
#include "lion/generate/sequence.h"

namespace lion {

class Search {
 public:
  /// A row of the next step: the history of row `parent` of the last step, then `token`.
  struct Extension {
    int64_t parent;  ///< before the first step: 0, the one new row
    int64_t token;
  };
  /// A token that is certain to be in result number `sequence`.
  struct Token {
    int64_t sequence;
    int64_t id;
  };

  virtual ~Search() = default;

  /// The most rows that `wanted` ever holds.
  int64_t max_rows() const { return max_rows_; }

  /// The rows of the next step; empty when done. Valid until `accept`.
  std::span<const Extension> wanted() const { return wanted_; }

  /// Takes the logits [wanted, V] of the wanted rows. Returns the tokens that are now certain; beam
  /// search and ranking give none before the end. Bad logits end this search alone: `results`
  /// throws.
  std::vector<Token> accept(const Logits& logits);

  bool done() const { return wanted_.empty(); }

  /// Of a done search. Beam search: the num_return_sequences best, best first (fewer when a
  /// constraint has no more); sampling: in the order of their random streams; ranking: in input
  /// order. Throws ResourceError when the logits were not finite, InputError when an id is not in
  /// the vocabulary.
  std::vector<Sequence> results() const;

 protected:
  /// The logits [V] of a row and the logarithm of their sum of exponentials.
  struct Row {
    std::span<const float> logits;
    double log_sum;
    double logprob(int64_t id) const { return logits[static_cast<size_t>(id)] - log_sum; }
  };
  struct Next {
    std::vector<Extension> wanted;
    std::vector<Token> tokens;
  };

  /// `highest_id` is the largest id whose logit will be read.
  Search(int64_t max_rows, int64_t start_id, int64_t highest_id)
      : max_rows_(max_rows), highest_id_(highest_id), wanted_{{0, start_id}} {}

 private:
  virtual Next advance(std::span<const Row> rows) = 0;
  virtual std::vector<Sequence> collect() const = 0;

  int64_t max_rows_;
  int64_t highest_id_;
  std::vector<Extension> wanted_;
  std::exception_ptr failure_;
};

/// Takes the likeliest token at each step. Uses all options but num_beams, length_penalty and those
/// of sampling. Throws InputError for bad options, as do the next three.
std::unique_ptr<Search> greedy_search(const GenerateOptions& options,
                                      std::shared_ptr<const TokenConstraint> constraint = nullptr);

/// transformers' beam search with early_stopping false.
std::unique_ptr<Search> beam_search(const GenerateOptions& options,
                                    std::shared_ptr<const TokenConstraint> constraint = nullptr);

/// Draws num_return_sequences sequences; the first n are the same whatever their number.
std::unique_ptr<Search> sample_search(const GenerateOptions& options,
                                      std::shared_ptr<const TokenConstraint> constraint = nullptr);

/// The one of the three that `options` asks for.
std::unique_ptr<Search> make_search(const GenerateOptions& options,
                                    std::shared_ptr<const TokenConstraint> constraint = nullptr);

}  // namespace lion
