#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "lion/base/str.h"
#include "lion/generate/scheduler.h"
#include "tests/generate/fake_decoder.h"

namespace lion {
namespace {

using testing::ElementsAre;

/// transformers' beam search written plainly: whole histories, num_beams rows from the start with
/// all but one at -1e9, everything sorted. Needs a vocabulary of at least 2 num_beams + 2.
std::vector<Sequence> plain_beam_search(const Model& model, int64_t prompt,
                                        const GenerateOptions& options) {
  struct Item {
    double sum;
    size_t beam;
    int64_t id;
  };
  struct Hypothesis {
    double score;
    History history;
    std::vector<double> logprobs;
  };
  const auto beams = static_cast<size_t>(options.num_beams);
  std::vector<Hypothesis> running(beams, {-1e9, {options.start_id}, {}});
  running[0].score = 0;
  std::vector<Hypothesis> done;
  const auto finish = [&](const Item& item, const Hypothesis& hypothesis, int64_t length) {
    const double score = item.sum / std::pow(length, options.length_penalty);
    done.push_back({score, hypothesis.history, hypothesis.logprobs});
    std::stable_sort(done.begin(), done.end(),
                     [](const auto& a, const auto& b) { return a.score > b.score; });
    if (done.size() > beams) done.pop_back();
  };
  bool stopped = false;
  for (int64_t n = 1; n <= options.max_new_tokens && !stopped; ++n) {
    std::vector<Item> items;
    std::vector<std::vector<double>> raw;
    for (size_t b = 0; b < beams; ++b) {
      raw.push_back(log_softmax(model(prompt, running[b].history)));
      std::vector<double> scores = raw.back();
      const std::set<int64_t> seen(running[b].history.begin(), running[b].history.end());
      for (int64_t id : seen) scores[static_cast<size_t>(id)] *= options.repetition_penalty;
      for (size_t id = 0; id < scores.size(); ++id) {
        const bool end = static_cast<int64_t>(id) == options.eos_id;
        if (end && n < options.min_length) continue;
        items.push_back({running[b].score + scores[id], b, static_cast<int64_t>(id)});
      }
    }
    std::stable_sort(items.begin(), items.end(),
                     [](const Item& a, const Item& b) { return a.sum > b.sum; });
    std::vector<Hypothesis> next;
    for (size_t rank = 0; rank < 2 * beams && next.size() < beams; ++rank) {
      const Item& item = items[rank];
      Hypothesis longer = running[item.beam];
      longer.history.push_back(item.id);
      longer.logprobs.push_back(raw[item.beam][static_cast<size_t>(item.id)]);
      longer.score = item.sum;
      if (item.id != options.eos_id) {
        next.push_back(longer);
      } else if (rank < beams) {
        finish(item, longer, n);
      }
    }
    running = next;
    stopped = done.size() == beams &&
              done.back().score >= items[0].sum / std::pow(n, options.length_penalty);
  }
  if (!stopped) {
    for (const Hypothesis& open : running) {
      finish({open.score, 0, 0}, open, options.max_new_tokens);
    }
  }
  std::vector<Sequence> result;
  for (int64_t i = 0; i < options.num_return_sequences; ++i) {
    const Hypothesis& best = done.at(static_cast<size_t>(i));
    result.push_back({History(best.history.begin() + 1, best.history.end()), best.logprobs,
                      best.score, best.history.back() == options.eos_id});
  }
  return result;
}

void expect_same(const std::vector<Sequence>& got, const std::vector<Sequence>& expected,
                 const std::string& label) {
  ASSERT_EQ(got.size(), expected.size()) << label;
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].ids, expected[i].ids) << label << ", sequence " << i;
    EXPECT_EQ(got[i].finished, expected[i].finished) << label;
    EXPECT_NEAR(got[i].score, expected[i].score, 1e-5) << label;
    ASSERT_EQ(got[i].token_logprobs.size(), got[i].ids.size()) << label;
    for (size_t t = 0; t < got[i].ids.size(); ++t) {
      EXPECT_NEAR(got[i].token_logprobs[t], expected[i].token_logprobs[t], 1e-6) << label;
    }
  }
}

struct Case {
  GenerateOptions options;
  int64_t vocabulary;
  double spread;
  double eos_bonus;
};

/// Options and a kind of model drawn from a seed.
Case random_case(uint64_t seed) {
  Random random(seed);
  const auto pick = [&](auto... choices) {
    const double values[] = {static_cast<double>(choices)...};
    return values[random.below(sizeof...(choices))];
  };
  Case one;
  one.options.num_beams = 2 + static_cast<int64_t>(random.below(5));
  one.options.max_new_tokens = 1 + static_cast<int64_t>(random.below(14));
  one.options.min_length = static_cast<int64_t>(random.below(7));
  one.options.repetition_penalty = pick(1, 1.5, 1.5, 3, 0.8);
  one.options.length_penalty = pick(0, 1, 1, 2, -1);
  one.options.num_return_sequences =
      1 + static_cast<int64_t>(random.below(static_cast<uint64_t>(one.options.num_beams)));
  one.vocabulary = 2 * one.options.num_beams + 2 + static_cast<int64_t>(random.below(20));
  one.spread = pick(0.5, 3, 8);
  one.eos_bonus = pick(-3, 0, 2, 4, 7);
  return one;
}

TEST(Beam, EqualsThePlainSearchOnRandomModels) {
  size_t finished = 0;
  constexpr uint64_t kCases = 4000;
  for (uint64_t seed = 0; seed < kCases; ++seed) {
    const Case one = random_case(seed);
    const Model model = random_model(seed, one.vocabulary, one.spread, one.eos_bonus);
    FakeDecoder decoder(model);
    const auto got = generate(decoder, 3, one.options);
    expect_same(got, plain_beam_search(model, 3, one.options), str("seed ", seed));
    if (HasFatalFailure()) return;
    ASSERT_TRUE(decoder.clean()) << seed;
    ASSERT_LE(decoder.most_rows, static_cast<size_t>(one.options.num_beams)) << seed;
    finished += got.at(0).finished ? 1 : 0;
  }
  // Both ways to end are among the cases.
  EXPECT_GT(finished, kCases / 4);
  EXPECT_LT(finished, kCases * 9 / 10);
}

TEST(Beam, FindsTheBestOfAllSequencesWhenWideEnough) {
  // 3 ids, 3 tokens: 2 open prefixes of length 1, 4 of length 2, at most 15 complete sequences.
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const Model model = random_model(seed, 3, 4);
    GenerateOptions options{.num_beams = 40, .max_new_tokens = 3};
    options.repetition_penalty = 1;
    options.length_penalty = 0;
    double best = -1e300;
    const std::function<void(History, double)> visit = [&](const History& history, double sum) {
      if (history.size() > 1 && (history.back() == 1 || history.size() == 4)) {
        best = std::max(best, sum);
        return;
      }
      const std::vector<double> logp = log_softmax(model(0, history));
      for (int64_t id = 0; id < 3; ++id) {
        History longer = history;
        longer.push_back(id);
        visit(longer, sum + logp[static_cast<size_t>(id)]);
      }
    };
    visit({0}, 0);
    FakeDecoder decoder(model);
    EXPECT_NEAR(generate(decoder, 0, options).at(0).score, best, 1e-5) << seed;
  }
}

TEST(Beam, AmongEqualsTheLowerFlatIndexComesFirst) {
  FakeDecoder decoder([](int64_t, const History&) { return std::vector<float>(9, 0); });
  GenerateOptions options{.num_beams = 3, .max_new_tokens = 2, .num_return_sequences = 3};
  options.repetition_penalty = 1;
  options.length_penalty = 0;
  // Step 1: ids 0..5 of the one row; </s> closes at -ln 9, so beams are 0, 2, 3. Step 2: ids 0..5
  // of the first beam: </s> closes, beams are (0,0), (0,2), (0,3), and one of them gets in.
  const auto got = generate(decoder, 0, options);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_THAT(got[0].ids, ElementsAre(1));
  EXPECT_THAT(got[1].ids, ElementsAre(0, 1));
  EXPECT_THAT(got[2].ids, ElementsAre(0, 0));
}

TEST(Beam, EndIdBelowTheBestBeamsIsDropped) {
  // Two beams: </s> is third, so it closes nothing although a third of the mass is close to it.
  FakeDecoder decoder(
      [](int64_t, const History&) { return std::vector<float>{-9, 2.8f, 3, 2.9f, -9, -9}; });
  GenerateOptions options{.num_beams = 2, .max_new_tokens = 1, .num_return_sequences = 2};
  const auto got = generate(decoder, 0, options);
  EXPECT_THAT(got.at(0).ids, ElementsAre(2));
  EXPECT_THAT(got.at(1).ids, ElementsAre(3));
}

TEST(Beam, ScoreIsTheSumAfterTheRulesOverTheLength) {
  FakeDecoder decoder([](int64_t, const History& history) {
    return history.size() < 3 ? std::vector<float>{0, -9, 5, 0, 0, 0, 0, 0}
                              : std::vector<float>{0, 9, 0, 0, 0, 0, 0, 0};
  });
  GenerateOptions options{.num_beams = 2, .max_new_tokens = 3};
  options.repetition_penalty = 1.01;
  const Sequence best = generate(decoder, 0, options).at(0);
  ASSERT_THAT(best.ids, ElementsAre(2, 2, 1));
  const double once = best.token_logprobs[0] + best.token_logprobs[2];
  EXPECT_NEAR(best.score, (once + 1.01 * best.token_logprobs[1]) / 3, 1e-9);
}

TEST(Beam, TheFirstStepIsOneRow) {
  FakeDecoder decoder(random_model(1, 30, 3, -9));
  generate(decoder, 0, {.num_beams = 5, .max_new_tokens = 3});
  EXPECT_EQ(decoder.steps, 3u);
  EXPECT_EQ(decoder.rows_stepped, 11u);
}

}  // namespace
}  // namespace lion
