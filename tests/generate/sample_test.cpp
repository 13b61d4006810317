#include "lion/generate/sample.h"

#include <gmock/gmock.h>

#include <limits>

#include "lion/generate/scheduler.h"
#include "tests/generate/fake_decoder.h"

namespace lion {
namespace {

using testing::ElementsAre;

constexpr double kForbidden = -std::numeric_limits<double>::infinity();

/// Scores whose softmax is `probabilities`.
std::vector<double> logs(std::vector<double> probabilities) {
  for (double& p : probabilities) p = std::log(p);
  return probabilities;
}

GenerateOptions keep(int64_t top_k, double top_p, double temperature = 1) {
  return {
      .strategy = Strategy::kSample, .temperature = temperature, .top_p = top_p, .top_k = top_k};
}

History kept(const std::vector<double>& scores, const GenerateOptions& options) {
  History ids;
  for (const auto& token : sampling_distribution(scores, options)) ids.push_back(token.id);
  return ids;
}

TEST(Sampling, WithoutLimitsItIsTheSoftmaxLikeliestFirst) {
  const auto all = sampling_distribution(logs({0.1, 0.4, 0.2, 0.3}), keep(0, 1));
  ASSERT_EQ(all.size(), 4u);
  const std::vector<std::pair<int64_t, double>> expected = {{1, .4}, {3, .3}, {2, .2}, {0, .1}};
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(all[i].id, expected[i].first);
    EXPECT_NEAR(all[i].probability, expected[i].second, 1e-12);
  }
}

TEST(Sampling, TopKKeepsThoseEqualToTheKth) {
  const auto scores = logs({0.1, 0.3, 0.2, 0.2, 0.2});
  EXPECT_THAT(kept(scores, keep(1, 1)), ElementsAre(1));
  EXPECT_THAT(kept(scores, keep(2, 1)), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(kept(scores, keep(5, 1)), ElementsAre(1, 2, 3, 4, 0));
  EXPECT_THAT(kept(scores, keep(999, 1)), ElementsAre(1, 2, 3, 4, 0));
}

TEST(Sampling, TopPKeepsTheSmallestSetThatReachesIt) {
  const auto scores = logs({0.5, 0.3, 0.15, 0.05});
  EXPECT_THAT(kept(scores, keep(0, 1e-9)), ElementsAre(0));
  EXPECT_THAT(kept(scores, keep(0, 0.49)), ElementsAre(0));
  EXPECT_THAT(kept(scores, keep(0, 0.51)), ElementsAre(0, 1));
  EXPECT_THAT(kept(scores, keep(0, 0.79)), ElementsAre(0, 1));
  EXPECT_THAT(kept(scores, keep(0, 0.81)), ElementsAre(0, 1, 2));
  EXPECT_THAT(kept(scores, keep(0, 0.96)), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(kept({7, 7, 7, 7}, keep(0, 0.5)), ElementsAre(0, 1));  // reached exactly
}

TEST(Sampling, TopPCountsWithinWhatTopKLeft) {
  // Of the two that top-k leaves, the first has 0.625: enough for 0.6, not enough of the whole.
  EXPECT_THAT(kept(logs({0.5, 0.3, 0.15, 0.05}), keep(2, 0.6)), ElementsAre(0));
}

TEST(Sampling, TemperatureActsBeforeTopP) {
  const auto scores = logs({0.5, 0.3, 0.2});
  EXPECT_THAT(kept(scores, keep(0, 0.6, 0.25)), ElementsAre(0));
  EXPECT_THAT(kept(scores, keep(0, 0.6, 10)), ElementsAre(0, 1));
  const auto hot = sampling_distribution(scores, keep(0, 1, 2));
  EXPECT_NEAR(hot[0].probability / hot[2].probability, std::sqrt(2.5), 1e-12);
  EXPECT_EQ(kept(scores, keep(0, 1, 1e-6)).front(), 0);
  EXPECT_NEAR(sampling_distribution(scores, keep(0, 1, 1e-6))[0].probability, 1, 1e-12);
}

TEST(Sampling, ForbiddenTokensStayOut) {
  EXPECT_THAT(kept({kForbidden, 1, kForbidden, 0}, keep(0, 1)), ElementsAre(1, 3));
  EXPECT_THAT(kept({kForbidden, 1, kForbidden, 0}, keep(50, 1)), ElementsAre(1, 3));
}

TEST(Sampling, DrawsFollowTheDistribution) {
  const std::vector<double> p = {0.05, 0.1, 0.15, 0.3, 0.4};
  const auto scores = logs(p);
  const std::vector<float> logits(scores.begin(), scores.end());
  FakeDecoder decoder([&](int64_t, const History&) { return logits; });
  GenerateOptions options = keep(0, 1);
  options.max_new_tokens = 1;
  options.repetition_penalty = 1;
  options.seed = 2024;
  options.num_return_sequences = 20000;
  std::vector<double> counts(p.size(), 0);
  for (const Sequence& one : generate(decoder, 0, options))
    counts[static_cast<size_t>(one.ids[0])]++;
  double chi_square = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    const double expected = p[i] * 20000;
    chi_square += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  EXPECT_LT(chi_square, 18.47);  // 4 degrees of freedom, probability 0.001
  EXPECT_GT(chi_square, 0.09);   // nor too good to be random
}

TEST(Sampling, AlongOneSequenceToo) {
  FakeDecoder decoder([](int64_t, const History&) { return std::vector<float>{0, -99, 0, 0}; });
  GenerateOptions options = keep(0, 1);
  options.max_new_tokens = 9000;
  options.repetition_penalty = 1;
  std::vector<double> counts(4, 0);
  const Sequence sequence = generate(decoder, 0, options).at(0);
  for (int64_t id : sequence.ids) counts[static_cast<size_t>(id)]++;
  double chi_square = 0;
  for (size_t i : {0, 2, 3}) chi_square += (counts[i] - 3000) * (counts[i] - 3000) / 3000;
  EXPECT_LT(chi_square, 13.82);  // 2 degrees of freedom, probability 0.001
}

TEST(Sampling, SeedsReproduceAndDiffer) {
  FakeDecoder decoder(random_model(5, 60, 2, -9));
  GenerateOptions options = keep(50, 0.9);
  options.max_new_tokens = 20;
  options.seed = 1;
  const auto first = generate(decoder, 0, options).at(0).ids;
  EXPECT_EQ(generate(decoder, 0, options).at(0).ids, first);
  options.num_return_sequences = 3;
  const auto three = generate(decoder, 0, options);
  EXPECT_EQ(three.at(0).ids, first);  // their number changes none of them
  EXPECT_NE(three.at(1).ids, first);
  EXPECT_NE(three.at(2).ids, three.at(1).ids);
  options.seed = 2;
  EXPECT_NE(generate(decoder, 0, options).at(0).ids, first);
  EXPECT_TRUE(decoder.clean());
}

TEST(Sampling, OneCandidateIsGreedy) {
  for (uint64_t seed = 0; seed < 50; ++seed) {
    FakeDecoder decoder(random_model(seed, 20, 5));
    GenerateOptions options = keep(1, 0.9);
    options.max_new_tokens = 12;
    options.min_length = 4;
    const Sequence drawn = generate(decoder, 0, options).at(0);
    options.strategy = Strategy::kBeam;
    options.num_beams = 1;
    const Sequence greedy = generate(decoder, 0, options).at(0);
    EXPECT_EQ(drawn.ids, greedy.ids);
    EXPECT_EQ(drawn.token_logprobs, greedy.token_logprobs);
    EXPECT_EQ(drawn.score, greedy.score);
    EXPECT_EQ(drawn.finished, greedy.finished);
  }
}

TEST(Sampling, SequencesEndOneByOneAndOnlyOpenOnesAreStepped) {
  FakeDecoder decoder(random_model(3, 20, 1, 1.5));
  GenerateOptions options = keep(0, 1);
  options.num_return_sequences = 16;
  options.max_new_tokens = 40;
  size_t longest = 0;
  size_t tokens = 0;
  for (const Sequence& one : generate(decoder, 0, options)) {
    longest = std::max(longest, one.ids.size());
    tokens += one.ids.size();
  }
  EXPECT_EQ(decoder.steps, longest);
  EXPECT_EQ(decoder.rows_stepped, tokens - 16 + 1);  // the prompt's row is shared by all 16
  EXPECT_TRUE(decoder.clean());
}

}  // namespace
}  // namespace lion
