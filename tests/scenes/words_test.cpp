#include "lion/scenes/words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace lion::scenes {
namespace {

TEST(Words, ArticlesFollowTheSound) {
  EXPECT_EQ(with_article("dog"), "a dog");
  EXPECT_EQ(with_article("orange triangle"), "an orange triangle");
  EXPECT_EQ(with_article("scissors"), "a pair of scissors");
}

TEST(Words, PluralsAreEnglish) {
  EXPECT_EQ(plural_of("dog"), "dogs");
  EXPECT_EQ(plural_of("strawberry"), "strawberries");
  EXPECT_EQ(plural_of("key"), "keys");
  EXPECT_EQ(plural_of("bus"), "buses");
  EXPECT_EQ(plural_of("fish"), "fish");
  EXPECT_EQ(plural_of("leaf"), "leaves");
  EXPECT_EQ(plural_of("potato"), "potatoes");
  EXPECT_TRUE(is_plural_noun("grapes"));
  EXPECT_FALSE(is_plural_noun("bus"));
}

TEST(Words, ListsEndWithAnd) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(list_words(Words{}), "");
  EXPECT_EQ(list_words(Words{"a dog"}), "a dog");
  EXPECT_EQ(list_words(Words{"a dog", "a cat"}), "a dog and a cat");
  EXPECT_EQ(list_words(Words{"a dog", "a cat", "two keys"}), "a dog, a cat and two keys");
}

TEST(Words, NumbersAreWordsUpToTwelve) {
  EXPECT_EQ(number_word(3), "three");
  EXPECT_EQ(number_word(12), "twelve");
  EXPECT_EQ(number_word(13), "13");
}

TEST(Words, ShuffleKeepsTheElements) {
  std::vector<int> list = {1, 2, 3, 4, 5, 6, 7, 8};
  Random random(3);
  shuffle(list, random);
  EXPECT_NE(list, (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8}));
  std::sort(list.begin(), list.end());
  EXPECT_EQ(list, (std::vector<int>{1, 2, 3, 4, 5, 6, 7, 8}));
}

}  // namespace
}  // namespace lion::scenes
