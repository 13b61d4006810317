#include "lion/annotations/text_rules.h"

#include "tests/data/data_fixtures.h"

namespace lion::data {
namespace {

using testing::HasSubstr;

TEST(CleanText, RawKeepsAllButEdgesAndLineBreaks) {
  EXPECT_EQ(
      clean_text(" \tA Dog,  \"big\".\nIt runs!\r\nYes. \n", TextRule::kRaw, TextKind::kAnswer),
      "A Dog,  \"big\". It runs! Yes.");
  EXPECT_EQ(clean_text(" \n ", TextRule::kRaw, TextKind::kQuestion), "");
}

TEST(CleanText, LavisReplacesMarksOfAnswersAndDeletesThoseOfQuestions) {
  EXPECT_EQ(clean_text("A Red-Sign: \"STOP\". (Now)", TextRule::kLavis, TextKind::kAnswer),
            "a red-sign stop now");
  EXPECT_EQ(clean_text("Is it 5:30 p.m.?", TextRule::kLavis, TextKind::kQuestion), "is it 530 pm?");
  EXPECT_EQ(clean_text("\u00c9COLE", TextRule::kLavis, TextKind::kAnswer), "\u00e9cole");
}

TEST(CleanText, LavisKeepsFiftyWords) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += str("w", i, " ");
  const std::string clean = clean_text(text, TextRule::kLavis, TextKind::kAnswer);
  EXPECT_TRUE(clean.ends_with(" w49")) << clean;
}

TEST(WithoutFullStop, OneAtTheEnd) {
  EXPECT_EQ(without_full_stop("the dog ."), "the dog");
  EXPECT_EQ(without_full_stop("the dog"), "the dog");
  EXPECT_EQ(without_full_stop("."), "");
}

TEST(ParseRules, NamesAreChecked) {
  EXPECT_EQ(parse_text_rule("lavis", "x"), TextRule::kLavis);
  EXPECT_EQ(parse_answer_rule("majority", "x"), AnswerRule::kMajority);
  EXPECT_THAT(message_of<InputError>([] { parse_text_rule("Raw", "c.json"); }),
              HasSubstr("c.json: \"text\""));
  EXPECT_THAT(message_of<InputError>([] { parse_answer_rule("best", "c.json"); }),
              HasSubstr("distinct, weighted or majority"));
}

}  // namespace
}  // namespace lion::data
