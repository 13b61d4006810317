#include "lion/generate/scheduler.h"

#include <algorithm>
#include <utility>

#include "lion/base/error.h"

namespace lion {

Scheduler::Scheduler(Decoder& decoder, int64_t max_rows, OnToken on_token)
    : decoder_(decoder), max_rows_(max_rows), on_token_(std::move(on_token)) {
  if (max_rows < 1) {
    throw InputError(str("scheduler: max_rows is too small (got ", max_rows,
                         ", expected 1 or more). Raise it."));
  }
}

Scheduler::Ticket Scheduler::add(std::unique_ptr<Search> search, int64_t source) {
  LION_CHECK(search != nullptr, "A request needs a search.");
  if (search->max_rows() > max_rows_) {
    throw InputError(str("scheduler: the request needs too many rows (got ", search->max_rows(),
                         ", expected at most ", max_rows_,
                         "). Ask for fewer beams or sequences, or raise max_rows."));
  }
  waiting_.push_back({next_ticket_, source, std::move(search), {}});
  return next_ticket_++;
}

void Scheduler::admit() {
  int64_t reserved = 0;
  for (const Request& request : active_) reserved += request.search->max_rows();
  while (!waiting_.empty() && reserved + waiting_.front().search->max_rows() <= max_rows_) {
    reserved += waiting_.front().search->max_rows();
    Request request = std::move(waiting_.front());
    waiting_.pop_front();
    request.rows.emplace_back(decoder_, request.source);
    active_.push_back(std::move(request));
  }
}

bool Scheduler::step() {
  admit();
  // Out of the member, so that an error on the way releases the rows, whose state is then unknown.
  std::vector<Request> active = std::exchange(active_, {});
  if (active.empty()) return false;
  std::vector<Decoder::RowId> rows;
  std::vector<int64_t> tokens;
  for (Request& request : active) {
    const auto wanted = request.search->wanted();
    request.rows = follow(std::move(request.rows), wanted);
    for (const DecoderRow& row : request.rows) rows.push_back(row.id());
    for (const Search::Extension& extension : wanted) tokens.push_back(extension.token);
  }
  const Logits logits = decoder_.step(rows, tokens);  // [R,V]
  LION_CHECK(logits.vocabulary > 0 &&
                 logits.values.size() == rows.size() * static_cast<size_t>(logits.vocabulary),
             "Got ", logits.values.size(), " logits for ", rows.size(), " rows of ",
             logits.vocabulary, ".");
  std::vector<std::pair<Ticket, Search::Token>> news;
  int64_t first = 0;
  for (Request& request : active) {
    const auto count = static_cast<int64_t>(request.rows.size());
    for (const Search::Token& token : request.search->accept(logits.part(first, count))) {
      news.emplace_back(request.ticket, token);
    }
    first += count;
  }
  for (Request& request : active) {
    if (request.search->done()) {
      finished_.emplace(request.ticket, std::move(request.search));
    } else {
      active_.push_back(std::move(request));
    }
  }
  active.clear();
  for (const auto& [ticket, token] : news) {
    if (on_token_ && known(ticket)) on_token_(ticket, token);
  }
  return !active_.empty() || !waiting_.empty();
}

void Scheduler::run() {
  while (step()) {
  }
}

std::vector<Sequence> Scheduler::take(Ticket ticket) {
  const auto node = finished_.extract(ticket);
  if (!node.empty()) return node.mapped()->results();
  if (known(ticket)) {
    throw InputError(str("scheduler: request ", ticket,
                         " is not finished. Step until finished(ticket) before taking it."));
  }
  throw InputError(str("scheduler: request ", ticket,
                       " is unknown: taken, cancelled, lost in an error, or never added. Add it "
                       "again."));
}

bool Scheduler::known(Ticket ticket) const {
  const auto is_it = [ticket](const Request& request) { return request.ticket == ticket; };
  return finished_.contains(ticket) || std::any_of(active_.begin(), active_.end(), is_it) ||
         std::any_of(waiting_.begin(), waiting_.end(), is_it);
}

bool Scheduler::cancel(Ticket ticket) {
  const auto is_it = [ticket](const Request& request) { return request.ticket == ticket; };
  return finished_.erase(ticket) + std::erase_if(active_, is_it) + std::erase_if(waiting_, is_it) >
         0;
}

std::vector<Sequence> generate(Decoder& decoder, int64_t source, const GenerateOptions& options,
                               std::shared_ptr<const TokenConstraint> constraint) {
  auto search = make_search(options, std::move(constraint));
  Scheduler scheduler(decoder, search->max_rows());
  const Scheduler::Ticket ticket = scheduler.add(std::move(search), source);
  scheduler.run();
  return scheduler.take(ticket);
}

std::vector<std::vector<Sequence>> generate_batch(Decoder& decoder,
                                                  std::span<const int64_t> sources,
                                                  const GenerateOptions& options,
                                                  std::shared_ptr<const TokenConstraint> constraint,
                                                  int64_t max_rows) {
  Scheduler scheduler(decoder, max_rows);
  std::vector<Scheduler::Ticket> tickets;
  for (int64_t source : sources) {
    tickets.push_back(scheduler.add(make_search(options, constraint), source));
  }
  scheduler.run();
  std::vector<std::vector<Sequence>> results;
  for (Scheduler::Ticket ticket : tickets) results.push_back(scheduler.take(ticket));
  return results;
}

}  // namespace lion
