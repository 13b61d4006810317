#include "lion/generate/rank.h"

#include <gmock/gmock.h>

#include "lion/base/error.h"
#include "tests/generate/fake_decoder.h"

namespace lion {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::vector<int64_t>> random_candidates(uint64_t seed, size_t count) {
  Random random(seed);
  std::vector<std::vector<int64_t>> candidates(count);
  for (auto& ids : candidates) {
    // Few ids and lengths, so that prefixes are shared and some candidates are equal.
    for (uint64_t n = random.below(5); n > 0; --n) {
      ids.push_back(2 + static_cast<int64_t>(random.below(3)));
    }
    ids.push_back(1);
  }
  return candidates;
}

TEST(Rank, EqualsOneCandidateAtATimeWhateverTheRows) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const Model model = random_model(seed, 8, 5);
    const auto candidates = random_candidates(seed, 1 + seed % 30);
    for (int64_t max_rows : {1, 2, 7, 64}) {
      FakeDecoder decoder(model);
      const Ranking ranking = rank(decoder, 4, candidates, {.max_rows = max_rows});
      ASSERT_TRUE(decoder.clean());
      ASSERT_LE(decoder.most_rows, static_cast<size_t>(max_rows));
      ASSERT_EQ(ranking.candidates.size(), candidates.size());
      for (size_t i = 0; i < candidates.size(); ++i) {
        const Ranked& got = ranking.candidates[i];
        EXPECT_EQ(got.index, static_cast<int64_t>(i));
        ASSERT_EQ(got.token_logprobs.size(), candidates[i].size());
        History history = {0};
        double sum = 0;
        for (size_t t = 0; t < candidates[i].size(); ++t) {
          const auto id = static_cast<size_t>(candidates[i][t]);
          const double expected = log_softmax(model(4, history))[id];
          ASSERT_NEAR(got.token_logprobs[t], expected, 1e-6) << seed << ' ' << i << ' ' << t;
          sum += got.token_logprobs[t];
          history.push_back(candidates[i][t]);
        }
        EXPECT_DOUBLE_EQ(got.log_likelihood, sum);
      }
      ASSERT_EQ(ranking.order.size(), candidates.size());
      for (size_t i = 1; i < candidates.size(); ++i) {
        const auto likelihood = [&](size_t place) {
          return ranking.candidates[static_cast<size_t>(ranking.order[place])].log_likelihood;
        };
        EXPECT_GE(likelihood(i - 1), likelihood(i));
        if (likelihood(i - 1) == likelihood(i)) {
          EXPECT_LT(ranking.order[i - 1], ranking.order[i]);
        }
      }
    }
  }
}

TEST(Rank, EqualCandidatesKeepTheirOrder) {
  FakeDecoder decoder(random_model(1, 8, 5));
  const std::vector<std::vector<int64_t>> candidates(5, {3, 4, 1});
  EXPECT_THAT(rank(decoder, 0, candidates).order, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(rank(decoder, 0, candidates, {.max_rows = 2}).order, ElementsAre(0, 1, 2, 3, 4));
}

TEST(Rank, LengthIsNotNormalised) {
  FakeDecoder decoder([](int64_t, const History&) { return std::vector<float>(4, 0); });
  const std::vector<std::vector<int64_t>> candidates = {{2, 2, 1}, {2, 1}, {1}};
  const Ranking ranking = rank(decoder, 0, candidates);
  EXPECT_NEAR(ranking.candidates[0].log_likelihood, -3 * std::log(4), 1e-6);
  EXPECT_NEAR(ranking.candidates[2].log_likelihood, -std::log(4), 1e-6);
  EXPECT_THAT(ranking.order, ElementsAre(2, 1, 0));
}

TEST(Rank, EachSharedPrefixIsOneRow) {
  FakeDecoder decoder(random_model(1, 8, 5));
  const std::vector<std::vector<int64_t>> candidates = {{2, 3, 4, 1}, {2, 3, 5, 1}, {2, 1}, {6, 1}};
  rank(decoder, 0, candidates);
  // Prefixes: (), 2, 6, 2 3, 2 3 4, 2 3 5.
  EXPECT_EQ(decoder.rows_stepped, 6u);
  EXPECT_EQ(decoder.steps, 4u);
  EXPECT_EQ(decoder.forks, 2u);
}

TEST(Rank, OtherStartAndEndIds) {
  FakeDecoder decoder([](int64_t, const History& history) {
    EXPECT_EQ(history.front(), 7);
    return std::vector<float>(8, 0);
  });
  const std::vector<std::vector<int64_t>> candidates = {{1, 5}};
  EXPECT_EQ(rank(decoder, 0, candidates, {.start_id = 7, .eos_id = 5}).candidates.size(), 1u);
}

TEST(Rank, BadCandidatesAreInputErrors) {
  FakeDecoder decoder(random_model(1, 8, 5));
  const auto complaint = [&](std::vector<std::vector<int64_t>> candidates, int64_t max_rows = 4) {
    return message_of<InputError>([&] { rank(decoder, 0, candidates, {.max_rows = max_rows}); });
  };
  EXPECT_THAT(complaint({}), HasSubstr("rank: no candidates (got 0, expected 1 or more)"));
  EXPECT_THAT(complaint({{2, 1}, {}}), HasSubstr("rank: candidate 1 does not end with the end id"));
  EXPECT_THAT(complaint({{2, 3}}), HasSubstr("Append the end id to every candidate."));
  EXPECT_THAT(complaint({{-2, 1}}), HasSubstr("rank: candidate 0 has a negative id (got -2"));
  EXPECT_THAT(complaint({{8, 1}}), HasSubstr("(got 8, expected 0 to 7). Use the tokenizer"));
  EXPECT_THAT(complaint({{2, 1}}, 0), HasSubstr("max_rows is too small (got 0"));
  EXPECT_TRUE(decoder.clean());
}

}  // namespace
}  // namespace lion
