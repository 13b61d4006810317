#pragma once
/// Many searches over one decoder: each step advances the rows of all active requests together.

#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "lion/generate/decoder.h"
#include "lion/generate/row.h"
#include "lion/generate/search.h"

namespace lion {

/// Not thread-safe: one thread owns it. The decoder must outlive it. Requests do not touch each
/// other: what one throws (its prompt, its search, or a decoder step, which is then tried again
/// with fewer requests) ends that request alone, and `take` throws it.
class Scheduler {
 public:
  using Ticket = int64_t;
  /// Called at the end of a step for each token that became certain; may call `cancel` and `add`.
  using OnToken = std::function<void(Ticket ticket, const Search::Token& token)>;
  /// Makes what a request reads.
  using MakePrompt = std::function<std::unique_ptr<DecoderPrompt>()>;

  /// At most `max_rows` rows exist in the decoder at a time. Throws InputError if that is below 1.
  Scheduler(Decoder& decoder, int64_t max_rows, OnToken on_token = nullptr);

  /// Queues a request; it joins at the first step at which its rows fit, in order of arrival.
  /// Throws InputError when it needs more than max_rows rows. `prompt` must outlive the request.
  Ticket add(std::unique_ptr<Search> search, int64_t prompt);

  /// The same with a prompt that exists only while it is needed: `make` is called when the request
  /// joins, and what it gave is destroyed when the request ends.
  Ticket add(std::unique_ptr<Search> search, MakePrompt make);

  /// One decoder step for all active requests. Returns whether there is more to do. Throws only
  /// what `on_token` throws (the step is done, its other tokens are not reported) and, before
  /// anything is done, std::bad_alloc.
  bool step();

  /// Steps until every request is finished.
  void run();

  /// Whether `take` may be called.
  bool finished(Ticket ticket) const;

  /// Hands out the results of a finished request and forgets it. Throws InputError when it is not
  /// finished or unknown, what ended the request, and what Search::results throws.
  std::vector<Sequence> take(Ticket ticket);

  /// Forgets a request in any state and releases its rows. Returns false when it is unknown.
  bool cancel(Ticket ticket);

 private:
  struct Request {
    std::unique_ptr<Search> search;
    MakePrompt make;  ///< until it joins
    std::unique_ptr<DecoderPrompt> prompt;
    std::vector<DecoderRow> rows;  ///< after `prompt`, as they go first
    std::vector<Search::Token> news;
    std::exception_ptr error;
    bool done = false;

    void end(std::exception_ptr why = nullptr) noexcept;
    /// Runs `work`; what it throws ends the request.
    template <typename Work>
    void attempt(const Work& work) noexcept;
  };
  using Requests = std::map<Ticket, Request>;
  using Active = std::span<const Requests::iterator>;

  void admit();
  void advance(Active requests) noexcept;
  void step_together(Active requests);
  void drop_done() noexcept;

  Decoder& decoder_;
  int64_t max_rows_;
  OnToken on_token_;
  Ticket next_ticket_ = 0;
  Requests requests_;                       ///< waiting, active and finished
  Ticket first_waiting_ = 0;                ///< this one and those after it have not joined
  std::vector<Requests::iterator> active_;  ///< in order of arrival
};

/// Rows that batch calls keep in the decoder by default.
inline constexpr int64_t kDefaultMaxRows = 64;

/// The sequences of one request. Throws what Search and the decoder throw.
std::vector<Sequence> generate(Decoder& decoder, int64_t prompt, const GenerateOptions& options,
                               std::shared_ptr<const TokenConstraint> constraint = nullptr);

/// As one `generate` per prompt, with their steps shared.
std::vector<std::vector<Sequence>> generate_batch(
    Decoder& decoder, std::span<const int64_t> prompts, const GenerateOptions& options,
    std::shared_ptr<const TokenConstraint> constraint = nullptr,
    int64_t max_rows = kDefaultMaxRows);

}  // namespace lion
