#include "lion/metrics/vqa_accuracy.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "lion/base/error.h"

namespace lion {
namespace {

using testing::HasSubstr;
using Answers = std::vector<std::string>;

Answers repeated(const std::string& answer, size_t n) { return Answers(n, answer); }

TEST(VqaPunctuation, AMarkAtABlankIsDeletedOthersBecomeBlanks) {
  EXPECT_EQ(vqa_punctuation("oak/elm"), "oak elm");
  EXPECT_EQ(vqa_punctuation("oak/ elm"), "oak elm");
  EXPECT_EQ(vqa_punctuation("oak /elm/ash"), "oak elmash");
  EXPECT_EQ(vqa_punctuation("(oak)(elm)"), " oak  elm ");
  EXPECT_EQ(vqa_punctuation("a\tb-c"), "a\tb c");                    // a tab is no blank here
  EXPECT_EQ(vqa_punctuation("it's 5% & more:"), "it's 5% & more:");  // marks that stay
}

TEST(VqaPunctuation, TheOriginalTextDecides) {
  // Deleting "-" puts a blank beside "!", which was not there when it was asked.
  EXPECT_EQ(vqa_punctuation("a -!b"), "a  b");
  EXPECT_EQ(vqa_punctuation("x- y!z"), "x y z");
}

TEST(VqaPunctuation, ACommaBetweenDigitsDeletesAllMarks) {
  EXPECT_EQ(vqa_punctuation("7,5/b-c"), "75bc");
  EXPECT_EQ(vqa_punctuation("7,b/c"), "7 b c");
  EXPECT_EQ(vqa_punctuation("\u0663,\u0664 x-y"), "\u0663\u0664 xy");  // digits of any script
  EXPECT_EQ(vqa_punctuation("1,,2-3"), "1  2 3");
}

TEST(VqaPunctuation, FullStops) {
  EXPECT_EQ(vqa_punctuation("p.m."), "pm");
  EXPECT_EQ(vqa_punctuation("v2.5."), "v2.5");
  EXPECT_EQ(vqa_punctuation(".5"), ".5");
  EXPECT_EQ(vqa_punctuation(".\u0663"), ".\u0663");
  EXPECT_EQ(vqa_punctuation(std::string(40, '.')), std::string(8, '.'));  // 32 are deleted
}

TEST(VqaWords, NumbersArticlesContractions) {
  EXPECT_EQ(vqa_words("The TEN cats an None"), "10 cats 0");
  EXPECT_EQ(vqa_words("youre thats a shed've"), "you're that's she'd've");
  EXPECT_EQ(vqa_words("Im Ive Id've"), "im ive id've");  // the table's keys have capitals
  EXPECT_EQ(vqa_words("somebody'd"), "somebodyd");
  EXPECT_EQ(vqa_words("'ow'sat"), "'ow's'at");
  EXPECT_EQ(vqa_words("youve"), "you've");
  EXPECT_EQ(vqa_words(""), "");
  EXPECT_EQ(vqa_words("a the an"), "");
}

TEST(VqaWords, WhiteSpaceAndLowerCaseArePythons) {
  EXPECT_EQ(vqa_words("x\u00A0y\x1Cz\u3000w\u200Bv"), "x y z w\u200Bv");
  EXPECT_EQ(vqa_words("\u00C9T\u00C9"), "\u00E9t\u00E9");
  EXPECT_EQ(vqa_words("\u0130x"), "i\u0307x");
  EXPECT_EQ(vqa_words("\u039F\u0394\u039F\u03A3 \u03A3\u0391"),
            "\u03BF\u03B4\u03BF\u03C2 \u03C3\u03B1");
}

TEST(VqaNormalize, CleansFirst) {
  EXPECT_EQ(vqa_clean("\n red\tbus\u00A0 \n"), "red bus");
  EXPECT_EQ(vqa_normalize(" The\nred-bus.\t"), "red bus");
}

TEST(VqaAccuracy, LeavesOneOut) {
  for (const VqaEvaluator evaluator : {VqaEvaluator::kLavis, VqaEvaluator::kOfficial}) {
    for (const auto& [matches, accuracy] :
         std::vector<std::pair<size_t, double>>{{0, 0}, {1, 0.3}, {2, 0.6}, {3, 0.9}, {4, 1}}) {
      Answers answers = repeated("pear", matches);
      answers.insert(answers.end(), 10 - matches, "plum");
      EXPECT_DOUBLE_EQ(vqa_accuracy("pear", answers, evaluator), accuracy);
    }
    EXPECT_DOUBLE_EQ(vqa_accuracy("pear", Answers{"pear"}, evaluator), 0.0);
    EXPECT_DOUBLE_EQ(vqa_accuracy("pear", Answers{"pear", "pear"}, evaluator), 1.0 / 3);
  }
}

TEST(VqaAccuracy, TheEvaluatorsDiffer) {
  const Answers same = repeated("Pear", 10);
  EXPECT_EQ(vqa_accuracy("Pear", same, VqaEvaluator::kOfficial), 1.0);
  EXPECT_EQ(vqa_accuracy("Pear", same, VqaEvaluator::kLavis), 0.0);  // the prediction is lowered
  const Answers mixed{"The Pear", "The Pear", "The Pear", "The Pear", "plum"};
  EXPECT_EQ(vqa_accuracy("pear", mixed, VqaEvaluator::kOfficial), 1.0);
  EXPECT_EQ(vqa_accuracy("pear", mixed, VqaEvaluator::kLavis), 0.0);  // articles stay in answers
  const Answers blanks{" pear", "pear\n", "pear", "\tpear"};
  EXPECT_EQ(vqa_accuracy("Pear", blanks, VqaEvaluator::kOfficial), 0.0);  // all alike, as they are
  EXPECT_EQ(vqa_accuracy("pear ", blanks, VqaEvaluator::kOfficial), 1.0);
  EXPECT_DOUBLE_EQ(vqa_accuracy("pear", blanks, VqaEvaluator::kLavis), 0.25);  // not stripped
}

TEST(VqaAccuracy, EmptyTexts) {
  EXPECT_EQ(vqa_accuracy("", repeated("", 4)), 1.0);
  EXPECT_EQ(vqa_accuracy("", repeated("pear", 4)), 0.0);
  EXPECT_THROW(vqa_accuracy("pear", {}), InputError);
}

TEST(VqaEvaluators, HaveNames) {
  EXPECT_EQ(parse_vqa_evaluator("official"), VqaEvaluator::kOfficial);
  EXPECT_EQ(parse_vqa_evaluator(vqa_evaluator_name(VqaEvaluator::kLavis)), VqaEvaluator::kLavis);
  try {
    parse_vqa_evaluator("okvqa");
    ADD_FAILURE();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("okvqa"), HasSubstr("lavis or official")));
  }
}

TEST(AokvqaAccuracy, ComparesAsTheyAre) {
  const Answers answers{"oak", "oak", "oak", "oak", "elm", "Ash"};
  EXPECT_EQ(aokvqa_accuracy("oak", answers), 1.0);
  EXPECT_DOUBLE_EQ(aokvqa_accuracy("elm", answers), 1.0 / 3);
  EXPECT_EQ(aokvqa_accuracy(" Oak. ", answers), 0.0);
  EXPECT_EQ(aokvqa_accuracy(" Oak. ", answers, AokvqaAnswer::kNormalized), 1.0);
  EXPECT_EQ(aokvqa_accuracy("oak..", answers, AokvqaAnswer::kNormalized), 0.0);  // one full stop
  EXPECT_EQ(aokvqa_accuracy("Ash", answers, AokvqaAnswer::kNormalized), 0.0);    // answers stay
}

TEST(GqaCorrect, BothSidesAreNormalized) {
  EXPECT_TRUE(gqa_correct("The two cats.", "2 cats"));
  EXPECT_TRUE(gqa_correct("cats", "a cats"));
  EXPECT_FALSE(gqa_correct("cat", "cats"));
}

}  // namespace
}  // namespace lion
