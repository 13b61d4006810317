#include "lion/metrics/circular.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "lion/base/error.h"

namespace lion {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using Options = std::vector<std::string>;

TEST(ScoreCircular, AHitNeedsEveryPass) {
  const std::vector<CircularPass> passes{{"q1", "coarse_perception", 1, true},
                                         {"q1", "coarse_perception", 0, true},
                                         {"q2", "coarse_perception", 0, true},
                                         {"q2", "coarse_perception", 1, false},
                                         {"q3", "logic_reasoning", 0, false}};
  const CircularScores scores = score_circular(passes);
  EXPECT_EQ(scores.questions, 3);
  EXPECT_DOUBLE_EQ(scores.accuracy, 1.0 / 3);
  EXPECT_DOUBLE_EQ(scores.vanilla, 2.0 / 3);
  EXPECT_THAT(scores.hits, ElementsAre(Pair("q1", true), Pair("q2", false), Pair("q3", false)));
  EXPECT_EQ(scores.abilities.at("coarse_perception").questions, 2);
  EXPECT_DOUBLE_EQ(scores.abilities.at("coarse_perception").accuracy, 0.5);
  EXPECT_DOUBLE_EQ(scores.abilities.at("coarse_perception").vanilla, 1.0);
  EXPECT_DOUBLE_EQ(scores.abilities.at("logic_reasoning").accuracy, 0.0);
}

TEST(ScoreCircular, NamesAQuestionWithoutItsFirstPass) {
  EXPECT_THROW(score_circular({}), InputError);
  try {
    score_circular(std::vector<CircularPass>{{"q7", "", 1, true}});
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"q7\""));
  }
}

TEST(Rotation, LettersAndOptionsAreInverse) {
  EXPECT_EQ(shown_option(3, 2, 4), 1);
  EXPECT_EQ(letter_of_option(1, 2, 4), 3);
  for (int64_t n = 2; n <= 5; ++n) {
    for (int64_t shift = 0; shift < n; ++shift) {
      for (int64_t letter = 0; letter < n; ++letter) {
        EXPECT_EQ(letter_of_option(shown_option(letter, shift, n), shift, n), letter);
      }
    }
  }
}

TEST(MatchedOption, ALoneLetter) {
  const Options options{"a kettle", "a teapot", "a jug"};
  EXPECT_EQ(matched_option("B", options), 1);
  EXPECT_EQ(matched_option(" (C). ", options), 2);
  EXPECT_EQ(matched_option("Answer: {A}", options), 0);
  EXPECT_EQ(matched_option("A, surely A", options), 0);
  EXPECT_EQ(matched_option("A or B", options), -1);
  EXPECT_EQ(matched_option("D", options), -1);  // there is no fourth option
  EXPECT_EQ(matched_option("b", options), -1);  // letters are capitals
  EXPECT_EQ(matched_option("", options), -1);
}

TEST(MatchedOption, TheOnlyTextInTheAnswer) {
  const Options options{"Kettle", "Teapot", "", "JUG"};
  EXPECT_EQ(matched_option("I see a teapot there", options), 1);
  EXPECT_EQ(matched_option("a jugful", options), 3);
  EXPECT_EQ(matched_option("a kettle and a jug", options), -1);
  EXPECT_EQ(matched_option("a plate", options), -1);  // the empty option is in no answer
  EXPECT_EQ(matched_option("\u00C9t\u00E9", Options{"\u00E9T\u00C9", "x"}), 0);
  EXPECT_EQ(matched_option("B, the kettle", options), 1);  // a letter comes first
}

TEST(AbilityColumn, ThePapersSix) {
  EXPECT_EQ(ability_column("finegrained_perception (instance-level)"), "FP-S");
  EXPECT_EQ(ability_column("finegrained_perception (cross-instance)"), "FP-C");
  EXPECT_EQ(ability_column("coarse_perception"), "CP");
  EXPECT_EQ(ability_column("logic_reasoning"), "LR");
  EXPECT_EQ(ability_column("attribute_reasoning"), "AR");
  EXPECT_EQ(ability_column("relation_reasoning"), "RR");
  EXPECT_EQ(ability_column("cooking"), "cooking");
}

}  // namespace
}  // namespace lion
