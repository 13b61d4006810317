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

namespace {

/// A prompt that somebody else owns.
class Borrowed : public DecoderPrompt {
 public:
  explicit Borrowed(int64_t id) : id_(id) {}
  int64_t id() const override { return id_; }

 private:
  int64_t id_;
};

}  // namespace

void Scheduler::Request::end(std::exception_ptr why) noexcept {
  done = true;
  error = std::move(why);
  rows.clear();
  prompt.reset();
  make = nullptr;
}

template <typename Work>
void Scheduler::Request::attempt(const Work& work) noexcept {
  try {
    work();
  } catch (...) {
    end(std::current_exception());
  }
}

Scheduler::Ticket Scheduler::add(std::unique_ptr<Search> search, int64_t prompt) {
  return add(std::move(search), [prompt] { return std::make_unique<Borrowed>(prompt); });
}

Scheduler::Ticket Scheduler::add(std::unique_ptr<Search> search, MakePrompt make) {
  LION_CHECK(search != nullptr && make != nullptr, "A request needs a search and a prompt.");
  if (search->max_rows() > max_rows_) {
    throw InputError(str("scheduler: the request needs too many rows (got ", search->max_rows(),
                         ", expected at most ", max_rows_,
                         "). Ask for fewer beams or sequences, or raise max_rows."));
  }
  Request request;
  request.search = std::move(search);
  request.make = std::move(make);
  requests_.emplace(next_ticket_, std::move(request));
  return next_ticket_++;
}

void Scheduler::admit() {
  int64_t reserved = 0;
  for (const auto& active : active_) reserved += active->second.search->max_rows();
  for (auto it = requests_.lower_bound(first_waiting_); it != requests_.end(); ++it) {
    Request& request = it->second;
    if (reserved + request.search->max_rows() > max_rows_) return;
    active_.push_back(it);
    first_waiting_ = it->first + 1;
    request.attempt([&] {
      request.prompt = std::exchange(request.make, nullptr)();
      request.rows.emplace_back(decoder_, request.prompt->id());
    });
    if (request.done) {
      active_.pop_back();
    } else {
      reserved += request.search->max_rows();
    }
  }
}

bool Scheduler::step() {
  admit();
  std::vector<Ticket> tickets;
  for (const auto& active : active_) tickets.push_back(active->first);
  // From here to the callbacks nothing throws: a request does its step or ends.
  for (const auto& active : active_) {
    Request& request = active->second;
    request.attempt(
        [&] { request.rows = follow(std::move(request.rows), request.search->wanted()); });
  }
  drop_done();
  advance(active_);
  drop_done();
  for (const Ticket ticket : tickets) {
    auto it = requests_.find(ticket);
    if (it == requests_.end()) continue;  // cancelled by the callback
    const std::vector<Search::Token> news = std::exchange(it->second.news, {});
    for (const Search::Token& token : news) {
      if (on_token_ && requests_.contains(ticket)) on_token_(ticket, token);
    }
  }
  return !active_.empty() || requests_.lower_bound(first_waiting_) != requests_.end();
}

void Scheduler::advance(Active requests) noexcept {
  if (requests.empty()) return;
  try {
    step_together(requests);
  } catch (...) {
    if (requests.size() == 1) {
      requests[0]->second.end(std::current_exception());
      return;
    }
    // Rows are independent of each other, so smaller steps give what the whole one would have.
    advance(requests.first(requests.size() / 2));
    advance(requests.subspan(requests.size() / 2));
  }
}

/// Throws what the decoder throws, before any search has moved.
void Scheduler::step_together(Active requests) {
  std::vector<Decoder::RowId> rows;
  std::vector<int64_t> tokens;
  for (const auto& active : requests) {
    for (const DecoderRow& row : active->second.rows) rows.push_back(row.id());
    for (const auto& extension : active->second.search->wanted()) tokens.push_back(extension.token);
  }
  const Logits logits = decoder_.step(rows, tokens);  // [R,V]
  LION_CHECK(logits.vocabulary > 0 &&
                 logits.values.size() == rows.size() * static_cast<size_t>(logits.vocabulary),
             "Got ", logits.values.size(), " logits for ", rows.size(), " rows of ",
             logits.vocabulary, ".");
  int64_t first = 0;
  for (const auto& active : requests) {
    Request& request = active->second;
    const auto count = static_cast<int64_t>(request.rows.size());
    request.attempt([&] {
      request.news = request.search->accept(logits.part(first, count));
      if (request.search->done()) request.end();
    });
    first += count;
  }
}

void Scheduler::drop_done() noexcept {
  std::erase_if(active_, [](const auto& active) { return active->second.done; });
}

void Scheduler::run() {
  while (step()) {
  }
}

bool Scheduler::finished(Ticket ticket) const {
  const auto it = requests_.find(ticket);
  return it != requests_.end() && it->second.done;
}

std::vector<Sequence> Scheduler::take(Ticket ticket) {
  if (finished(ticket)) {
    const auto node = requests_.extract(ticket);
    if (node.mapped().error) std::rethrow_exception(node.mapped().error);
    return node.mapped().search->results();
  }
  if (requests_.contains(ticket)) {
    throw InputError(str("scheduler: request ", ticket,
                         " is not finished. Step until finished(ticket) before taking it."));
  }
  throw InputError(str("scheduler: request ", ticket,
                       " is unknown: taken, cancelled, or never added. Add it again."));
}

bool Scheduler::cancel(Ticket ticket) {
  std::erase_if(active_, [ticket](const auto& active) { return active->first == ticket; });
  return requests_.erase(ticket) > 0;
}

std::vector<Sequence> generate(Decoder& decoder, int64_t prompt, const GenerateOptions& options,
                               std::shared_ptr<const TokenConstraint> constraint) {
  auto search = make_search(options, std::move(constraint));
  Scheduler scheduler(decoder, search->max_rows());
  const Scheduler::Ticket ticket = scheduler.add(std::move(search), prompt);
  scheduler.run();
  return scheduler.take(ticket);
}

std::vector<std::vector<Sequence>> generate_batch(Decoder& decoder,
                                                  std::span<const int64_t> prompts,
                                                  const GenerateOptions& options,
                                                  std::shared_ptr<const TokenConstraint> constraint,
                                                  int64_t max_rows) {
  Scheduler scheduler(decoder, max_rows);
  std::vector<Scheduler::Ticket> tickets;
  for (int64_t prompt : prompts) {
    tickets.push_back(scheduler.add(make_search(options, constraint), prompt));
  }
  scheduler.run();
  std::vector<std::vector<Sequence>> results;
  for (Scheduler::Ticket ticket : tickets) results.push_back(scheduler.take(ticket));
  return results;
}

}  // namespace lion
