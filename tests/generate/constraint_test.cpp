#include "lion/generate/constraint.h"

#include <gmock/gmock.h>

#include <limits>

#include "lion/base/error.h"
#include "lion/generate/scheduler.h"
#include "tests/generate/fake_decoder.h"

namespace lion {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Rule : public TokenConstraint {
 public:
  using Function = std::function<History(std::span<const int64_t>)>;
  explicit Rule(Function function) : function_(std::move(function)) {}
  std::vector<int64_t> allowed(std::span<const int64_t> generated) const override {
    return function_(generated);
  }

 private:
  Function function_;
};

std::shared_ptr<const TokenConstraint> rule(Rule::Function function) {
  return std::make_shared<Rule>(std::move(function));
}

/// "2, then 3 or 4, then 5, then nothing".
History small_grammar(std::span<const int64_t> generated) {
  const std::vector<History> places = {{2}, {3, 4}, {5}};
  return generated.size() < places.size() ? places[generated.size()] : History{};
}

std::vector<GenerateOptions> all_strategies() {
  return {{.num_beams = 1},
          {.num_beams = 5, .num_return_sequences = 5},
          {.strategy = Strategy::kSample, .num_return_sequences = 4}};
}

TEST(Constraint, OnlySentencesOfTheGrammarComeOut) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    for (const GenerateOptions& options : all_strategies()) {
      FakeDecoder decoder(random_model(seed, 40, 9, seed % 2 == 0 ? 9 : -9));
      const auto sequences = generate(decoder, 0, options, rule(small_grammar));
      ASSERT_FALSE(sequences.empty());
      for (const Sequence& sequence : sequences) {
        EXPECT_THAT(sequence.ids, ElementsAre(2, testing::AnyOf(3, 4), 5, 1)) << seed;
        EXPECT_TRUE(sequence.finished);
      }
      EXPECT_TRUE(decoder.clean());
    }
  }
}

TEST(Constraint, BeamsGiveAllSentencesBestFirstAndNoMore) {
  FakeDecoder decoder(random_model(7, 40, 9));
  const auto sequences =
      generate(decoder, 0, {.num_beams = 5, .num_return_sequences = 5}, rule(small_grammar));
  ASSERT_EQ(sequences.size(), 2u);
  EXPECT_NE(sequences[0].ids, sequences[1].ids);
  EXPECT_GE(sequences[0].score, sequences[1].score);
}

TEST(Constraint, SeesTheGeneratedIdsWithoutStart) {
  std::vector<History> seen;
  const auto spy = rule([&](std::span<const int64_t> generated) {
    seen.emplace_back(generated.begin(), generated.end());
    return small_grammar(generated);
  });
  FakeDecoder decoder(random_model(1, 9, 1));
  const Sequence sequence = generate(decoder, 0, {.num_beams = 1}, spy).at(0);
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_THAT(seen[0], ElementsAre());
  EXPECT_EQ(seen[3], History(sequence.ids.begin(), sequence.ids.end() - 1));
}

TEST(Constraint, ActsAfterThePenalty) {
  // 2 is likelier than 3, but after the penalty on its second use it is not.
  const auto twice = rule([](std::span<const int64_t> generated) {
    return generated.size() < 2 ? History{2, 3} : History{};
  });
  FakeDecoder decoder([](int64_t, const History&) { return std::vector<float>{9, 9, 3, 2.5}; });
  EXPECT_THAT(generate(decoder, 0, {.num_beams = 1}, twice).at(0).ids, ElementsAre(2, 3, 1));
}

TEST(Constraint, ADeadEndEndsEvenAgainstMinLengthAndTheModel) {
  const auto nothing = rule([](std::span<const int64_t>) { return History{}; });
  for (GenerateOptions options : all_strategies()) {
    options.min_length = 10;
    FakeDecoder decoder([](int64_t, const History&) {
      return std::vector<float>{0, -std::numeric_limits<float>::infinity(), 2};
    });
    const std::vector<Sequence> sequences = generate(decoder, 0, options, nothing);
    EXPECT_FALSE(sequences.empty());
    for (const Sequence& sequence : sequences) EXPECT_THAT(sequence.ids, ElementsAre(1));
    EXPECT_TRUE(decoder.clean());
  }
}

TEST(Constraint, AnIdOutsideTheVocabularyIsAnInputError) {
  for (int64_t bad : {-1, 9}) {
    const auto wrong = rule([=](std::span<const int64_t>) { return History{2, bad}; });
    FakeDecoder decoder(random_model(1, 9, 1));
    const std::string message = message_of<InputError>([&] { generate(decoder, 0, {}, wrong); });
    EXPECT_THAT(message, HasSubstr("generate: the constraint allows an id outside"));
    EXPECT_THAT(message, HasSubstr(str("got ", bad, ", expected 0 to 8")));
    EXPECT_THAT(message, HasSubstr("Build it with the tokenizer of this model."));
    EXPECT_TRUE(decoder.clean());
  }
}

}  // namespace
}  // namespace lion
