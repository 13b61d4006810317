#include "lion/metrics/caption_scores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "lion/base/error.h"
#include "lion/base/json.h"

namespace lion {
namespace {

using ::testing::HasSubstr;

constexpr double kClose = 1e-9;

// 40 images with pycocoevalcap's numbers; make_captions.py made them. Among them: candidates
// that are empty, one word, pure punctuation or a reference; equal references; empty references.
TEST(CaptionScores, AgreeWithTheReferenceOnACorpus) {
  const Json file = read_json_file(LION_SOURCE_DIR "/tests/fixtures/eval/caption_corpus.json");
  const Json& images = file.at("images");
  std::vector<CaptionPair> pairs;
  for (const Json& one : images) {
    pairs.push_back({one.at("candidate").get<std::string>(),
                     one.at("references").get<std::vector<std::string>>()});
  }
  ASSERT_EQ(pairs.size(), 40U);
  const CaptionScores scores = score_captions(pairs);
  EXPECT_NEAR(scores.cider, file.at("cider").get<double>(), kClose);
  EXPECT_NEAR(scores.rouge_l, file.at("rouge_l").get<double>(), kClose);
  for (size_t n = 0; n < 4; ++n) {
    EXPECT_NEAR(scores.bleu[n], file.at("bleu").at(n).get<double>(), kClose) << n;
  }
  ASSERT_EQ(scores.cider_each.size(), pairs.size());
  ASSERT_EQ(scores.bleu_each.size(), pairs.size());
  ASSERT_EQ(scores.rouge_l_each.size(), pairs.size());
  for (size_t i = 0; i < pairs.size(); ++i) {
    EXPECT_NEAR(scores.cider_each[i], images.at(i).at("cider").get<double>(), kClose) << i;
    EXPECT_NEAR(scores.rouge_l_each[i], images.at(i).at("rouge_l").get<double>(), kClose) << i;
    for (size_t n = 0; n < 4; ++n) {
      const double expected = images.at(i).at("bleu").at(n).get<double>();
      EXPECT_NEAR(scores.bleu_each[i][n], expected, kClose) << i << " " << n;
    }
  }
}

TEST(CaptionScores, ARepeatedReferenceScoresFull) {
  const std::vector<CaptionPair> pairs = {{"a boat on the calm lake", {"A boat on the calm lake."}},
                                          {"two red kites", {"some birds over there"}}};
  const CaptionScores scores = score_captions(pairs);
  EXPECT_NEAR(scores.cider_each[0], 10, kClose);
  EXPECT_EQ(scores.cider_each[1], 0);
  EXPECT_NEAR(scores.cider, 5, kClose);
  EXPECT_NEAR(scores.rouge_l_each[0], 1, kClose);
  EXPECT_EQ(scores.rouge_l_each[1], 0);
  EXPECT_NEAR(scores.bleu_each[0][3], 1, 1e-8);
}

// With one image each reference n-gram is in every image: ln 1 - ln 1 = 0.
TEST(CaptionScores, OneImageHasNoCider) {
  const std::vector<CaptionPair> pairs = {{"a quiet street", {"a quiet street"}}};
  const CaptionScores scores = score_captions(pairs);
  EXPECT_EQ(scores.cider, 0);
  EXPECT_NEAR(scores.rouge_l, 1, kClose);
}

TEST(CaptionScores, AnEmptyCandidateScoresNothing) {
  const std::vector<CaptionPair> pairs = {{"", {"a dog", "the dog"}}, {"...", {"a cat"}}};
  const CaptionScores scores = score_captions(pairs);
  EXPECT_EQ(scores.cider, 0);
  EXPECT_EQ(scores.rouge_l, 0);
  EXPECT_EQ(scores.bleu[0], 0);
  EXPECT_EQ(scores.bleu_each[1][3], 0);
}

// By hand: of "the the the cat" one "the" and "cat" are right; BLEU-1 is 2/4. Of the references'
// lengths 3 and 5, both one away from 4, the shorter counts, so there is no brevity penalty.
TEST(CaptionScores, BleuClipsRepeatedWordsAndTakesTheShorterOfTwoClosestLengths) {
  const std::vector<CaptionPair> pairs = {
      {"the the the cat", {"the cat sits", "near it some cat sleeps"}}};
  const CaptionScores scores = score_captions(pairs);
  EXPECT_NEAR(scores.bleu[0], 0.5, kClose);
  EXPECT_NEAR(scores.bleu[1], std::sqrt(0.5 / 3), kClose);
  EXPECT_NEAR(scores.bleu_each[0][0], scores.bleu[0], kClose);
}

TEST(CaptionScores, BleuPunishesBrevity) {
  const std::vector<CaptionPair> pairs = {{"two dogs", {"two dogs run home"}}};
  EXPECT_NEAR(score_captions(pairs).bleu[0], std::exp(1.0 - 4.0 / 2.0), 1e-8);
}

// Best precision 1 (first reference), best recall 2/3 (second).
TEST(CaptionScores, RougeMixesTheBestOfDifferentReferences) {
  const std::vector<CaptionPair> pairs = {
      {"red bus stops", {"red bus never ever stops", "red big stops"}}};
  const double beta2 = 1.2 * 1.2;
  const double recall = 2.0 / 3.0;
  EXPECT_NEAR(score_captions(pairs).rouge_l, (1 + beta2) * recall / (recall + beta2), kClose);
}

// "3 1/2" is one token, which CIDEr and BLEU split and ROUGE does not.
TEST(CaptionScores, SplitTokensWithBlanksAsTheReferenceDoes) {
  const std::vector<CaptionPair> pairs = {{"3 1/2", {"3 1/4"}}, {"x", {"y"}}};
  const CaptionScores scores = score_captions(pairs);
  EXPECT_NEAR(scores.bleu_each[0][0], 0.5, kClose);
  EXPECT_EQ(scores.rouge_l_each[0], 0);
}

// The reference reads all candidates from one file, where "C." before "The" ends a sentence and
// loses its full stop. Alone, or before another word, it keeps it.
TEST(CaptionScores, ALoneLetterAtTheEndDependsOnTheNextCaption) {
  const std::vector<CaptionPair> before_the = {
      {"vitamin C.", {"vitamin c"}}, {"", {"x"}}, {"The sea", {"the sea"}}};
  const std::vector<CaptionPair> before_some = {{"vitamin C.", {"vitamin c"}},
                                                {"Blue sea", {"the sea"}}};
  EXPECT_NEAR(score_captions(before_the).rouge_l_each[0], 1, kClose);
  EXPECT_NEAR(score_captions(before_some).rouge_l_each[0], 0.5, kClose);
}

std::string message_of(const std::vector<CaptionPair>& pairs) {
  try {
    score_captions(pairs);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(CaptionScores, NamesWhatIsMissing) {
  EXPECT_THAT(message_of({}), HasSubstr("there is no image (got 0, expected 1 or more)"));
  EXPECT_THAT(message_of({{"a", {"b"}}, {"a", {}}}),
              HasSubstr("image 1 (counted from 0) has no reference caption"));
}

}  // namespace
}  // namespace lion
