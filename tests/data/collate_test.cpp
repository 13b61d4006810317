#include "lion/data/collate.h"

#include <numeric>

#include "loader_fixtures.h"

namespace lion::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Example kExample{"Where is the dog?", "Answer: [0.440,0.060,0.650,0.367]", {}};

std::string words(int n) {
  std::string text;
  for (int i = 0; i < n; ++i) text += str("word", i, " ");
  return text;
}

TEST(TextEncoder, WithoutTags) {
  const SampleTokens tokens = oracle_encoder().encode(kExample, "dog");
  EXPECT_EQ(tokens.question, oracle_bert()->encode(kExample.instruction));
  EXPECT_EQ(tokens.prompt, oracle_t5()->encode(kExample.instruction));
  EXPECT_EQ(tokens.target, oracle_t5()->encode(kExample.answer));
}

TEST(TextEncoder, TheQuestionIsWithoutTags) {
  const auto templates = PromptTemplates::builtin();
  const SampleTokens soft = oracle_encoder({.tags = TagUse::kSoft}).encode(kExample, "dog, man");
  EXPECT_EQ(soft.question, oracle_bert()->encode(kExample.instruction));
  EXPECT_EQ(soft.prompt,
            oracle_t5()->encode(templates.tag_sentence("dog, man") + kExample.instruction));
  EXPECT_THAT(soft.prompt, testing::Contains(oracle_t5()->sentinel(0)));
  const SampleTokens hard = oracle_encoder({.tags = TagUse::kHard}).encode(kExample, "dog, man");
  EXPECT_EQ(hard.prompt,
            oracle_t5()->encode(templates.hard_tag_sentence("dog, man") + kExample.instruction));
  EXPECT_THAT(hard.prompt, testing::Not(testing::Contains(oracle_t5()->sentinel(0))));
}

TEST(TextEncoder, AShareOfTheSamplesHasTheTagSentence) {
  const TextEncoder encoder = oracle_encoder({.tags = TagUse::kHard, .tag_share = 0.7});
  const size_t plain = oracle_encoder().encode(kExample, "").prompt.size();
  int with = 0;
  for (uint64_t key = 0; key < 1000; ++key) {
    const size_t length = encoder.encode(kExample, "dog, man", key).prompt.size();
    EXPECT_EQ(length, encoder.encode(kExample, "dog, man", key).prompt.size());
    with += length > plain ? 1 : 0;
  }
  EXPECT_GT(with, 640);
  EXPECT_LT(with, 760);
  EXPECT_THROW(oracle_encoder({.tag_share = 1.5}), InputError);
}

TEST(TextEncoder, EitherTagSentenceStandsBeforeHalfOfTheSamples) {
  const auto templates = PromptTemplates::builtin();
  const auto encode = [](const std::string& text) { return oracle_t5()->encode(text); };
  const auto soft = encode(templates.tag_sentence("dog, man") + kExample.instruction);
  const auto hard = encode(templates.hard_tag_sentence("dog, man") + kExample.instruction);
  const TextEncoder encoder = oracle_encoder({.tags = TagUse::kEither});
  int softly = 0;
  for (uint64_t key = 0; key < 1000; ++key) {
    const auto prompt = encoder.encode(kExample, "dog, man", key).prompt;
    EXPECT_THAT(prompt, testing::AnyOf(soft, hard));
    softly += prompt == soft ? 1 : 0;
  }
  EXPECT_GT(softly, 440);
  EXPECT_LT(softly, 560);
}

TEST(TextEncoder, CutsPromptsOnTheLeftAndTargetsOnTheRight) {
  const Example longer{words(200), words(300), {}};
  const auto full_question = oracle_bert()->encode(longer.instruction);
  const auto full_prompt = oracle_t5()->encode(longer.instruction);
  const auto full_target = oracle_t5()->encode(longer.answer);
  const SampleTokens tokens =
      oracle_encoder({.max_question = 128, .max_prompt = 100, .max_target = 50}).encode(longer, "");
  ASSERT_EQ(tokens.question.size(), 128u);
  ASSERT_EQ(tokens.prompt.size(), 100u);
  ASSERT_EQ(tokens.target.size(), 50u);
  EXPECT_EQ(tokens.question.front(), full_question.front()) << "[CLS] stays";
  EXPECT_TRUE(
      std::equal(tokens.question.begin() + 1, tokens.question.end(), full_question.end() - 127));
  EXPECT_TRUE(std::equal(tokens.prompt.begin(), tokens.prompt.end(), full_prompt.end() - 100));
  EXPECT_TRUE(std::equal(tokens.target.begin(), tokens.target.end() - 1, full_target.begin()));
  EXPECT_EQ(tokens.target.back(), oracle_t5()->eos_id());
}

TEST(TextEncoder, AnEmptyAnswerIsItsEnd) {
  EXPECT_THAT(oracle_encoder().encode({"What?", "", {}}, "").target,
              ElementsAre(oracle_t5()->eos_id()));
}

TEST(TextEncoder, CollatesWithTheTokenizersPadding) {
  const TextEncoder encoder = oracle_encoder();
  const std::vector<SampleTokens> samples{encoder.encode({"One?", "a b c d e f", {}}, ""),
                                          encoder.encode({"One, two, three?", "a", {}}, "")};
  Batch batch;
  encoder.collate(samples, batch);
  for (const TokenMatrix* m : {&batch.question, &batch.prompt, &batch.target}) {
    EXPECT_EQ(m->rows, 2);
    ASSERT_EQ(std::ssize(m->ids), 2 * m->length);
    for (size_t i = 0; i < m->ids.size(); ++i) {
      EXPECT_TRUE(m->mask[i] == 1 || m->ids[i] == 0);
    }
  }
  EXPECT_EQ(batch.prompt.length, std::ssize(samples[1].prompt));
  EXPECT_EQ(batch.target.length, std::ssize(samples[0].target));
  EXPECT_EQ(batch.target_tokens(), std::ssize(samples[0].target) + std::ssize(samples[1].target));
}

TEST(TextEncoder, AModelWithoutQFormerReadsNoQuestion) {
  const TextEncoder encoder(oracle_t5(), nullptr, PromptTemplates::builtin(), {});
  const std::vector<SampleTokens> samples{encoder.encode(kExample, "")};
  Batch batch;
  encoder.collate(samples, batch);
  EXPECT_EQ(batch.question.rows, 1);
  EXPECT_EQ(batch.question.length, 0);
  EXPECT_GT(batch.prompt.length, 0);
}

TEST(TextEncoder, RefusesLimitsWithoutRoom) {
  EXPECT_THAT(error_of<InputError>([] { oracle_encoder({.max_prompt = 1}); }),
              testing::AllOf(HasSubstr("limit of 1 tokens"), HasSubstr("Raise it")));
}

TEST(PadRows, FillsOnTheRight) {
  const TokenMatrix m = pad_rows(std::vector<std::vector<int64_t>>{{5, 6, 7}, {}, {8}}, 9);
  EXPECT_EQ(m.rows, 3);
  EXPECT_EQ(m.length, 3);
  EXPECT_THAT(m.ids, ElementsAre(5, 6, 7, 9, 9, 9, 8, 9, 9));
  EXPECT_THAT(m.mask, ElementsAre(1, 1, 1, 0, 0, 0, 1, 0, 0));
}

}  // namespace
}  // namespace lion::data
