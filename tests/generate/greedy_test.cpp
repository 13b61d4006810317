#include <gmock/gmock.h>

#include <limits>

#include "lion/base/error.h"
#include "lion/generate/scheduler.h"
#include "tests/generate/fake_decoder.h"

namespace lion {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

GenerateOptions greedy() { return {.num_beams = 1}; }

/// The same logits whatever the history.
Model constant(std::vector<float> logits) {
  return [logits](int64_t, const History&) { return logits; };
}

Sequence run(const Model& model, const GenerateOptions& options) {
  FakeDecoder decoder(model);
  std::vector<Sequence> sequences = generate(decoder, 0, options);
  EXPECT_TRUE(decoder.clean());
  EXPECT_EQ(sequences.size(), 1u);
  return sequences.at(0);
}

TEST(Greedy, PenaltyDividesPositiveAndMultipliesNegativeLogitsOnce) {
  GenerateOptions options = greedy();
  options.max_new_tokens = 4;
  // 3 -> 2 after its first use, which is below 2.5; then 2.5 -> 1.67, below 2; both stay there.
  EXPECT_THAT(run(constant({-9, -9, 3, 2.5, -9}), options).ids, ElementsAre(2, 3, 2, 2));
  // -1 -> -1.5, below -1.2; then -1.2 -> -1.8, below -1.5.
  EXPECT_THAT(run(constant({-9, -9, -1, -1.2f, -9}), options).ids, ElementsAre(2, 3, 2, 2));
}

TEST(Greedy, StartIdIsPenalisedToo) {
  GenerateOptions options = greedy();
  options.max_new_tokens = 1;
  EXPECT_THAT(run(constant({3, -9, 2.5}), options).ids, ElementsAre(2));
  options.repetition_penalty = 1;
  EXPECT_THAT(run(constant({3, -9, 2.5}), options).ids, ElementsAre(0));
}

TEST(Greedy, EndsWithTheEndIdAndReportsRawLogProbabilities) {
  const Model model = [](int64_t, const History& history) {
    return history.size() == 1 ? std::vector<float>{0, 0, 2, 0} : std::vector<float>{0, 4, 1, 0};
  };
  const Sequence sequence = run(model, greedy());
  EXPECT_THAT(sequence.ids, ElementsAre(2, 1));
  EXPECT_TRUE(sequence.finished);
  const double first = 2 - std::log(std::exp(2.0) + 3);
  const double second = 4 - std::log(std::exp(4.0) + std::exp(1.0) + 2);
  EXPECT_NEAR(sequence.token_logprobs.at(0), first, 1e-6);
  EXPECT_NEAR(sequence.token_logprobs.at(1), second, 1e-6);
  EXPECT_NEAR(sequence.score, first + second, 1e-6);
}

TEST(Greedy, MinLengthCountsTheStartId) {
  GenerateOptions options = greedy();
  options.repetition_penalty = 1;
  for (int64_t min_length : {0, 1, 2, 3, 4}) {
    options.min_length = min_length;
    const Sequence sequence = run(constant({0, 5, 1}), options);
    // The end id comes as soon as the sequence before it has min_length ids.
    EXPECT_EQ(sequence.ids.size(), static_cast<size_t>(std::max<int64_t>(1, min_length)))
        << min_length;
    EXPECT_EQ(sequence.ids.back(), 1);
  }
}

TEST(Greedy, CutAtMaxNewTokensIsNotFinished) {
  GenerateOptions options = greedy();
  options.max_new_tokens = 3;
  const Sequence sequence = run(constant({0, -5, 1}), options);
  EXPECT_EQ(sequence.ids.size(), 3u);
  EXPECT_FALSE(sequence.finished);
}

TEST(Greedy, LowerIdWinsATie) {
  EXPECT_THAT(run(constant({0, 2, 2, 2}), greedy()).ids, ElementsAre(1));
}

TEST(Greedy, FirstStepIsTheOnlyRowAndNoStepIsWasted) {
  FakeDecoder decoder(constant({0, 5, 1}));
  generate(decoder, 0, greedy());
  EXPECT_EQ(decoder.steps, 1u);
  EXPECT_EQ(decoder.rows_stepped, 1u);
}

TEST(Greedy, OtherStartAndEndIds) {
  GenerateOptions options = greedy();
  options.start_id = 3;
  options.eos_id = 2;
  FakeDecoder decoder([](int64_t, const History& history) {
    EXPECT_EQ(history.front(), 3);
    return std::vector<float>{0, 1, history.size() == 2 ? 9.f : -9.f, 0};
  });
  EXPECT_THAT(generate(decoder, 0, options).at(0).ids, ElementsAre(1, 2));
}

TEST(Greedy, LogitsThatAreNotNumbersAreAResourceError) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (float bad : {std::numeric_limits<float>::quiet_NaN(), kInfinity}) {
    for (size_t place = 0; place < 4; ++place) {
      std::vector<float> logits(4, 0.5f);
      logits[place] = bad;
      FakeDecoder decoder(constant(logits));
      const std::string message =
          message_of<ResourceError>([&] { generate(decoder, 0, greedy()); });
      EXPECT_THAT(message, HasSubstr("generate: the model's logits are not numbers"));
      EXPECT_THAT(message, HasSubstr("convert them again"));
      EXPECT_TRUE(decoder.clean());
    }
  }
  FakeDecoder decoder(constant(std::vector<float>(4, -kInfinity)));
  EXPECT_THROW(generate(decoder, 0, greedy()), ResourceError);
}

TEST(Greedy, EndIdOutsideTheVocabularyIsAnInputError) {
  GenerateOptions options = greedy();
  options.eos_id = 4;
  FakeDecoder decoder(constant({0, 0, 0, 0}));
  const std::string message = message_of<InputError>([&] { generate(decoder, 0, options); });
  EXPECT_THAT(message, HasSubstr("(got 4, expected 0 to 3). Use the tokenizer of this model."));
  EXPECT_TRUE(decoder.clean());
}

}  // namespace
}  // namespace lion
