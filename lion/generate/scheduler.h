#pragma once
/// Many searches over one decoder: each step advances the rows of all active requests together.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "lion/generate/decoder.h"
#include "lion/generate/row.h"
#include "lion/generate/search.h"

namespace lion {

/// Not thread-safe: one thread owns it. The decoder must outlive it.
class Scheduler {
 public:
  using Ticket = int64_t;
  /// Called at the end of a step for each token that became certain; may call `cancel` and `add`.
  using OnToken = std::function<void(Ticket ticket, const Search::Token& token)>;

  /// At most `max_rows` rows exist in the decoder at a time. Throws InputError if that is below 1.
  Scheduler(Decoder& decoder, int64_t max_rows, OnToken on_token = nullptr);

  /// Queues a request; it joins at the first step at which its rows fit, in order of arrival.
  /// Throws InputError when it needs more than max_rows rows.
  Ticket add(std::unique_ptr<Search> search, int64_t source);

  /// One decoder step for all active requests. Returns whether there is more to do. When it throws,
  /// the active requests are gone with their rows; waiting and finished ones stay.
  bool step();

  /// Steps until every request is finished.
  void run();

  /// Whether `take` may be called.
  bool finished(Ticket ticket) const { return finished_.contains(ticket); }

  /// Hands out the results of a finished request and forgets it. Throws InputError when it is not
  /// finished or unknown, and what Search::results throws.
  std::vector<Sequence> take(Ticket ticket);

  /// Forgets a request in any state and releases its rows. Returns false when it is unknown.
  bool cancel(Ticket ticket);

 private:
  struct Request {
    Ticket ticket;
    int64_t source;
    std::unique_ptr<Search> search;
    std::vector<DecoderRow> rows;
  };

  void admit();
  bool known(Ticket ticket) const;

  Decoder& decoder_;
  int64_t max_rows_;
  OnToken on_token_;
  Ticket next_ticket_ = 0;
  std::deque<Request> waiting_;
  std::vector<Request> active_;
  std::map<Ticket, std::unique_ptr<Search>> finished_;
};

/// Rows that batch calls keep in the decoder unless told otherwise.
inline constexpr int64_t kDefaultMaxRows = 64;

/// The sequences of one request. Throws what Search and the decoder throw.
std::vector<Sequence> generate(Decoder& decoder, int64_t source, const GenerateOptions& options,
                               std::shared_ptr<const TokenConstraint> constraint = nullptr);

/// As one `generate` per source, with their steps shared.
std::vector<std::vector<Sequence>> generate_batch(
    Decoder& decoder, std::span<const int64_t> sources, const GenerateOptions& options,
    std::shared_ptr<const TokenConstraint> constraint = nullptr,
    int64_t max_rows = kDefaultMaxRows);

}  // namespace lion
