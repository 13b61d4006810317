#include "lion/eval/tag_answers.h"

#include <gmock/gmock.h>

#include <cmath>

#include "lion/base/error.h"

namespace lion::eval {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const TagList& tags() {
  static const TagList list = {{"cat", "dog", "red", "tree"}, {0.5F, 0.6F, 0.5F, 0.25F}};
  return list;
}

Item item_of(std::vector<std::string> candidates) {
  Item item;
  item.id = "42";
  item.candidates = std::move(candidates);
  return item;
}

TEST(TagAnswers, LossesOfTheCandidatesAndNamesAboveTheThresholds) {
  const std::vector<float> probabilities = {0.5F, 0.75F, 1.0F, 0.5F};
  const Prediction answer =
      TagAnswers(tags()).answer(item_of({"tree", "cat", "dog"}), probabilities);
  EXPECT_EQ(answer.id, "42");
  EXPECT_EQ(answer.text, "tree, dog");  // a threshold itself is not above it
  ASSERT_EQ(answer.losses.size(), 3u);
  EXPECT_NEAR(answer.losses[0], std::log(2.0), 1e-12);
  EXPECT_NEAR(answer.losses[2], -std::log(0.75), 1e-12);
  EXPECT_EQ(answer.error, "");
}

TEST(TagAnswers, NothingFoundIsAnAnswerToo) {
  const std::vector<float> nothing(4);
  const Prediction answer = TagAnswers(tags()).answer(item_of({"cat"}), nothing);
  EXPECT_EQ(answer.text, "");
  EXPECT_TRUE(std::isinf(answer.losses[0]));
}

TEST(TagAnswers, CategoriesThatAreNoTagsAreAllNamed) {
  const std::vector<float> probabilities(4, 0.5F);
  EXPECT_THAT(
      [&] {
        TagAnswers(tags()).answer(item_of({"skis", "cat", "kite"}), probabilities);
      },
      ThrowsMessage<InputError>(AllOf(HasSubstr("does not know 2 of 3 categories (skis, kite)"),
                                      HasSubstr("run coco_objects"))));
}

}  // namespace
}  // namespace lion::eval
