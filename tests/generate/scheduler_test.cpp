#include "lion/generate/scheduler.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <limits>
#include <new>

#include "lion/base/error.h"
#include "lion/generate/rank.h"
#include "tests/generate/fake_decoder.h"

namespace {
/// Allocations until one fails; negative: none does. It fails once.
int64_t allocations_left = -1;
}  // namespace

void* operator new(std::size_t bytes) {
  if (allocations_left >= 0 && allocations_left-- == 0) throw std::bad_alloc();
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  try {
    return operator new(bytes);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace lion {
namespace {

using testing::HasSubstr;

/// A mix of requests; number n is always the same.
GenerateOptions mixed_options(uint64_t n) {
  GenerateOptions options;
  options.max_new_tokens = 3 + static_cast<int64_t>(n % 9);
  options.num_beams = 1 + static_cast<int64_t>(n % 4);
  options.min_length = static_cast<int64_t>(n % 5);
  if (n % 5 == 2) {
    options.strategy = Strategy::kSample;
    options.num_return_sequences = 1 + static_cast<int64_t>(n % 3);
    options.seed = n;
  }
  return options;
}

bool same(const std::vector<Sequence>& a, const std::vector<Sequence>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.ids == y.ids && x.token_logprobs == y.token_logprobs && x.score == y.score &&
           x.finished == y.finished;
  });
}

std::vector<Sequence> alone(const Model& model, uint64_t n) {
  FakeDecoder decoder(model);
  return generate(decoder, static_cast<int64_t>(n), mixed_options(n));
}

TEST(Scheduler, BatchAndLateJoinersGetWhatTheyGetAlone) {
  const Model model = random_model(11, 25, 4, 2);
  constexpr uint64_t kRequests = 60;
  for (int64_t max_rows : {4, 9, 1000}) {
    FakeDecoder decoder(model);
    Scheduler scheduler(decoder, max_rows);
    Random random(static_cast<uint64_t>(max_rows));
    std::map<Scheduler::Ticket, uint64_t> requests;
    uint64_t added = 0;
    bool more = true;
    while (more || added < kRequests) {
      for (uint64_t n = random.below(3); n > 0 && added < kRequests; --n, ++added) {
        requests[scheduler.add(make_search(mixed_options(added)), static_cast<int64_t>(added))] =
            added;
      }
      more = scheduler.step();
      ASSERT_LE(decoder.most_rows, static_cast<size_t>(max_rows));
    }
    ASSERT_EQ(requests.size(), kRequests);
    for (const auto& [ticket, n] : requests) {
      ASSERT_TRUE(scheduler.finished(ticket));
      EXPECT_TRUE(same(scheduler.take(ticket), alone(model, n))) << n << " of " << max_rows;
    }
    EXPECT_TRUE(decoder.clean());
  }
}

TEST(Scheduler, GenerateBatchSharesStepsAndChangesNothing) {
  const Model model = random_model(12, 25, 4, 2);
  const std::vector<int64_t> prompts = {5, 9, 5, 0};
  const GenerateOptions options{.num_beams = 3, .max_new_tokens = 8};
  FakeDecoder together(model);
  const auto batch = generate_batch(together, prompts, options);
  ASSERT_EQ(batch.size(), prompts.size());
  size_t longest = 0;
  for (size_t i = 0; i < prompts.size(); ++i) {
    FakeDecoder decoder(model);
    EXPECT_TRUE(same(batch[i], generate(decoder, prompts[i], options)));
    longest = std::max(longest, decoder.steps);
  }
  EXPECT_EQ(together.steps, longest);
  EXPECT_TRUE(together.clean());
  EXPECT_TRUE(generate_batch(together, {}, options).empty());
}

TEST(Scheduler, FirstComeFirstServed) {
  FakeDecoder decoder(random_model(1, 40, 2, -20));
  Scheduler scheduler(decoder, 5);
  const GenerateOptions wide{.num_beams = 4, .max_new_tokens = 3};
  const GenerateOptions narrow{.num_beams = 1, .max_new_tokens = 2};
  const auto first = scheduler.add(make_search(wide), 0);
  const auto second = scheduler.add(make_search(wide), 0);
  const auto third = scheduler.add(make_search(narrow), 0);  // would fit, but must not overtake
  scheduler.step();
  scheduler.step();
  EXPECT_FALSE(scheduler.finished(third));
  scheduler.step();
  EXPECT_TRUE(scheduler.finished(first));
  scheduler.step();
  scheduler.step();
  EXPECT_TRUE(scheduler.finished(third));
  EXPECT_FALSE(scheduler.finished(second));
  EXPECT_FALSE(scheduler.step());
  EXPECT_TRUE(scheduler.finished(second));
}

TEST(Scheduler, TokensAreToldInOrderForGreedyAndSampling) {
  FakeDecoder decoder(random_model(4, 25, 4));
  std::map<std::pair<Scheduler::Ticket, int64_t>, History> reported;
  Scheduler scheduler(decoder, 100, [&](Scheduler::Ticket ticket, const Search::Token& token) {
    reported[{ticket, token.sequence}].push_back(token.id);
  });
  const auto greedy = scheduler.add(make_search({.num_beams = 1, .max_new_tokens = 9}), 0);
  const auto sampled =
      scheduler.add(make_search({.strategy = Strategy::kSample, .num_return_sequences = 3}), 1);
  const auto beam = scheduler.add(make_search({.num_beams = 3, .max_new_tokens = 9}), 2);
  scheduler.run();
  EXPECT_EQ((reported[{greedy, 0}]), scheduler.take(greedy).at(0).ids);
  const auto sequences = scheduler.take(sampled);
  ASSERT_EQ(sequences.size(), 3u);
  for (int64_t i = 0; i < 3; ++i) {
    EXPECT_EQ((reported[{sampled, i}]), sequences[static_cast<size_t>(i)].ids);
  }
  EXPECT_EQ(reported.count({beam, 0}), 0u);
}

TEST(Scheduler, CancelWorksInEveryStateAndFromTheCallback) {
  FakeDecoder decoder(random_model(4, 25, 4, -20));
  Scheduler* self = nullptr;
  Scheduler::Ticket victim = -1;
  int heard = 0;
  Scheduler scheduler(decoder, 2, [&](Scheduler::Ticket ticket, const Search::Token&) {
    if (ticket == victim && ++heard == 2) self->cancel(victim);
  });
  self = &scheduler;
  const GenerateOptions options{.num_beams = 1, .max_new_tokens = 6};
  victim = scheduler.add(make_search(options), 0);
  const auto active = scheduler.add(make_search(options), 0);
  const auto waiting = scheduler.add(make_search(options), 0);
  const auto last = scheduler.add(make_search(options), 0);
  EXPECT_TRUE(scheduler.step());
  EXPECT_TRUE(scheduler.cancel(waiting));
  EXPECT_TRUE(scheduler.cancel(active));
  scheduler.run();
  EXPECT_EQ(heard, 2);
  EXPECT_FALSE(scheduler.finished(victim));
  EXPECT_TRUE(scheduler.finished(last));
  EXPECT_TRUE(scheduler.cancel(last));
  for (auto ticket : {victim, active, waiting, last}) EXPECT_FALSE(scheduler.cancel(ticket));
  EXPECT_TRUE(decoder.clean());
}

TEST(Scheduler, ACancelledRequestIsNotHeardAgainEvenInTheSameStep) {
  FakeDecoder decoder(random_model(4, 25, 4, -20));
  Scheduler* self = nullptr;
  int heard = 0;
  Scheduler scheduler(decoder, 3, [&](Scheduler::Ticket ticket, const Search::Token&) {
    ++heard;
    self->cancel(ticket);
  });
  self = &scheduler;
  scheduler.add(make_search({.strategy = Strategy::kSample, .num_return_sequences = 3}), 0);
  scheduler.run();
  EXPECT_EQ(heard, 1);
  EXPECT_TRUE(decoder.clean());
}

TEST(Scheduler, RowsAreReleasedWhenItIsDestroyedMidway) {
  FakeDecoder decoder(random_model(4, 25, 4, -20));
  {
    Scheduler scheduler(decoder, 20);
    scheduler.add(make_search({}), 0);
    scheduler.add(make_search({}), 1);
    scheduler.step();
    scheduler.step();
    EXPECT_FALSE(decoder.clean());
  }
  EXPECT_TRUE(decoder.clean());
}

TEST(Scheduler, AFailingStepEndsTheRequestsThatCannotDoItAndNoOther) {
  const Model model = random_model(4, 25, 4);
  FakeDecoder decoder([&](int64_t prompt, const History& history) {
    if (prompt == 1 && history.size() == 3) throw ResourceError("decoder: out of memory. Wait.");
    return model(prompt, history);
  });
  Scheduler scheduler(decoder, 20);
  const GenerateOptions options{.min_length = 5};
  std::vector<Scheduler::Ticket> tickets;
  for (const int64_t prompt : {0, 1, 2, 3, 1, 4}) {
    tickets.push_back(scheduler.add(make_search(options), prompt));
  }
  scheduler.run();
  EXPECT_TRUE(decoder.clean());
  for (const size_t i : {0, 2, 3, 5}) {
    FakeDecoder other(model);
    const int64_t prompt = std::vector<int64_t>{0, 1, 2, 3, 1, 4}[i];
    EXPECT_TRUE(same(scheduler.take(tickets[i]), generate(other, prompt, options))) << i;
  }
  for (const size_t i : {1, 4}) {
    EXPECT_THAT(message_of<ResourceError>([&] { scheduler.take(tickets[i]); }),
                HasSubstr("decoder: out of memory"))
        << i;
    EXPECT_FALSE(scheduler.finished(tickets[i]));
  }
}

/// Throws when it is asked about a history of `length`.
class BrokenConstraint : public TokenConstraint {
 public:
  explicit BrokenConstraint(size_t length) : length_(length) {}
  std::vector<int64_t> allowed(std::span<const int64_t> generated) const override {
    if (generated.size() == length_) throw std::bad_alloc();
    return {3, 4, 5, 6};
  }

 private:
  size_t length_;
};

TEST(Scheduler, AFailingSearchEndsAlone) {
  const Model model = random_model(4, 25, 4);
  FakeDecoder decoder(model);
  Scheduler scheduler(decoder, 20);
  const GenerateOptions options{.max_new_tokens = 9};
  const auto first = scheduler.add(make_search(options), 0);
  const auto broken = scheduler.add(make_search(options, std::make_shared<BrokenConstraint>(4)), 1);
  const auto last = scheduler.add(make_search(options), 2);
  scheduler.run();
  EXPECT_THROW(scheduler.take(broken), std::bad_alloc);
  for (const auto& [ticket, prompt] : {std::pair{first, 0}, std::pair{last, 2}}) {
    FakeDecoder other(model);
    EXPECT_TRUE(same(scheduler.take(ticket), generate(other, prompt, options)));
  }
  EXPECT_TRUE(decoder.clean());
}

/// Counts those alive.
class CountedPrompt : public DecoderPrompt {
 public:
  CountedPrompt(int64_t id, int64_t& alive) : id_(id), alive_(alive) { ++alive_; }
  ~CountedPrompt() override { --alive_; }
  int64_t id() const override { return id_; }

 private:
  int64_t id_;
  int64_t& alive_;
};

TEST(Scheduler, ASourceIsMadeWhenItsRequestJoinsAndGoesWithIt) {
  const Model model = random_model(4, 25, 4);
  FakeDecoder decoder(model);
  int64_t alive = 0, most = 0, made = 0;
  {
    Scheduler scheduler(decoder, 6);
    std::vector<Scheduler::Ticket> tickets;
    const GenerateOptions options{.num_beams = 2, .max_new_tokens = 7};
    for (int64_t prompt = 0; prompt < 30; ++prompt) {
      tickets.push_back(scheduler.add(make_search(options), [&, prompt] {
        if (prompt % 10 == 4) throw ResourceError("prompt: no memory. Wait.");
        ++made;
        return std::make_unique<CountedPrompt>(prompt, alive);
      }));
    }
    EXPECT_EQ(made, 0);
    while (scheduler.step()) most = std::max(most, alive);
    EXPECT_EQ(made, 27);
    EXPECT_EQ(most, 3);
    EXPECT_EQ(alive, 0);
    for (int64_t prompt = 0; prompt < 30; ++prompt) {
      const auto ticket = tickets[static_cast<size_t>(prompt)];
      if (prompt % 10 == 4) {
        EXPECT_THROW(scheduler.take(ticket), ResourceError);
        continue;
      }
      FakeDecoder other(model);
      EXPECT_TRUE(same(scheduler.take(ticket), generate(other, prompt, options))) << prompt;
    }
    scheduler.add(make_search(options), [&] { return std::make_unique<CountedPrompt>(1, alive); });
    scheduler.step();
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
  EXPECT_TRUE(decoder.clean());
}

TEST(Scheduler, MemoryThatEndsAnywhereCostsOneRequest) {
  // Every allocation fails once. Whoever needed it ends; the others have what they get alone.
  const Model model = random_model(4, 25, 4);
  constexpr uint64_t kRequests = 5;
  std::vector<std::vector<Sequence>> expected;
  for (uint64_t n = 0; n < kRequests; ++n) expected.push_back(alone(model, n));
  int64_t at = 0, failed = 0;
  for (bool reached = true; reached; at += at < 600 ? 1 : 37) {
    FakeDecoder decoder(model);
    std::map<Scheduler::Ticket, uint64_t> requests;
    int64_t lost = 0;
    Scheduler scheduler(decoder, 9);
    for (uint64_t n = 0; n < kRequests; ++n) {
      requests[scheduler.add(make_search(mixed_options(n)), static_cast<int64_t>(n))] = n;
    }
    allocations_left = at;
    for (bool more = true; more;) {
      try {
        more = scheduler.step();
      } catch (const std::bad_alloc&) {  // before anything was done
      }
    }
    reached = allocations_left < 0;
    allocations_left = -1;
    EXPECT_TRUE(decoder.clean()) << at;
    for (const auto& [ticket, n] : requests) {
      ASSERT_TRUE(scheduler.finished(ticket)) << at;
      try {
        EXPECT_TRUE(same(scheduler.take(ticket), expected[n])) << n << " at " << at;
      } catch (const std::bad_alloc&) {
        ++lost;
      }
    }
    EXPECT_LE(lost, 1) << at;
    failed += lost;
  }
  EXPECT_GT(at, 600);
  EXPECT_GT(failed, 100);
}

TEST(Scheduler, BadLogitsEndOneRequestAndNotItsNeighbours) {
  const Model model = random_model(4, 25, 4);
  FakeDecoder decoder([&](int64_t prompt, const History& history) {
    std::vector<float> logits = model(prompt, history);
    if (prompt == 1 && history.size() == 2) logits[7] = std::numeric_limits<float>::quiet_NaN();
    return logits;
  });
  Scheduler scheduler(decoder, 20);
  const GenerateOptions options{.min_length = 4};
  const auto good = scheduler.add(make_search(options), 0);
  const auto bad = scheduler.add(make_search(options), 1);
  scheduler.run();
  EXPECT_THROW(scheduler.take(bad), ResourceError);
  EXPECT_FALSE(scheduler.finished(bad));
  FakeDecoder other(model);
  EXPECT_TRUE(same(scheduler.take(good), generate(other, 0, options)));
  EXPECT_TRUE(decoder.clean());
}

TEST(Scheduler, RankingSharesStepsWithGeneration) {
  const Model model = random_model(4, 25, 4);
  const std::vector<std::vector<int64_t>> candidates = {{3, 4, 1}, {3, 1}, {9, 1}};
  FakeDecoder decoder(model);
  Scheduler scheduler(decoder, 20);
  const auto generated = scheduler.add(make_search(mixed_options(3)), 3);
  const auto ranked = scheduler.add(rank_search(candidates), 7);
  scheduler.run();
  EXPECT_TRUE(same(scheduler.take(generated), alone(model, 3)));
  FakeDecoder other(model);
  const Ranking expected = rank(other, 7, candidates);
  const auto got = scheduler.take(ranked);
  ASSERT_EQ(got.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(got[i].ids, candidates[i]);
    EXPECT_EQ(got[i].score, expected.candidates[i].log_likelihood);
  }
}

TEST(Scheduler, MisuseIsAnInputError) {
  FakeDecoder decoder(random_model(4, 25, 4));
  EXPECT_THAT(message_of<InputError>([&] { Scheduler(decoder, 0); }),
              HasSubstr("scheduler: max_rows is too small (got 0, expected 1 or more). Raise it."));
  Scheduler scheduler(decoder, 4);
  EXPECT_THAT(message_of<InputError>([&] { scheduler.add(make_search({}), 0); }),
              HasSubstr("(got 5, expected at most 4). Ask for fewer beams"));
  EXPECT_FALSE(scheduler.step());
  const auto ticket = scheduler.add(make_search({.num_beams = 1}), 0);
  EXPECT_THAT(message_of<InputError>([&] { scheduler.take(ticket); }),
              HasSubstr("is not finished. Step until finished(ticket)"));
  EXPECT_THAT(message_of<InputError>([&] { scheduler.take(ticket + 1); }), HasSubstr("is unknown"));
  scheduler.run();
  scheduler.take(ticket);
  EXPECT_THROW(scheduler.take(ticket), InputError);
}

TEST(Scheduler, ADecoderWithTheWrongShapeIsOurMistake) {
  class Short : public FakeDecoder {
   public:
    using FakeDecoder::FakeDecoder;
    Logits step(std::span<const RowId> rows, std::span<const int64_t> tokens) override {
      const Logits logits = FakeDecoder::step(rows, tokens);
      return {logits.values.subspan(1), logits.vocabulary};
    }
  };
  Short decoder(random_model(4, 25, 4));
  EXPECT_THROW(generate(decoder, 0, {}), InternalError);
  EXPECT_TRUE(decoder.clean());
}

}  // namespace
}  // namespace lion
