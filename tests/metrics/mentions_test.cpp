#include "lion/metrics/mentions.h"

#include <gmock/gmock.h>

namespace lion {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

/// The names that `caption` mentions.
std::vector<std::string> found(const std::vector<std::string>& names, std::string_view caption) {
  std::vector<std::string> all;
  for (const int64_t number : Mentions(names).in(caption)) {
    all.push_back(names[static_cast<size_t>(number)]);
  }
  return all;
}

TEST(Mentions, WordsAreLettersAndDigitsInLowerCase) {
  EXPECT_THAT(mention_words("A Dog's bowl, 2 T-shirts."),
              ElementsAre("a", "dogs", "bowl", "2", "t", "shirts"));
  EXPECT_THAT(mention_words("the dog\u2019s caf\u00e9"), ElementsAre("the", "dogs", "caf\u00e9"));
  EXPECT_THAT(mention_words(" .,- "), IsEmpty());
}

TEST(Mentions, SingularAndPlural) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"dog", "dogs"},         {"bus", "buses"},
      {"box", "boxes"},        {"couch", "couches"},
      {"brush", "brushes"},    {"potato", "potatoes"},
      {"photo", "photos"},     {"strawberry", "strawberries"},
      {"toy", "toys"},         {"knife", "knives"},
      {"leaf", "leaves"},      {"wolf", "wolves"},
      {"scarf", "scarves"},    {"bookshelf", "bookshelves"},
      {"giraffe", "giraffes"}, {"mouse", "mice"},
      {"goose", "geese"},      {"man", "men"},
      {"snowman", "snowmen"},  {"child", "children"},
      {"person", "people"},    {"tooth", "teeth"},
      {"foot", "feet"},        {"fish", "fish"},
      {"sheep", "sheep"},      {"scissors", "scissors"}};
  for (const auto& [one, many] : pairs) {
    EXPECT_THAT(number_forms(one), Contains(one));
    EXPECT_THAT(number_forms(one), Contains(many));
  }
  EXPECT_THAT(number_forms("roof"), Not(Contains("rooves")));
}

TEST(Mentions, AnywhereInTheCaptionAndAsOftenAsItIsThere) {
  const std::vector<std::string> names = {"dog", "knife", "tree"};
  EXPECT_THAT(found(names, "Two dogs and a DOG, with knives."),
              UnorderedElementsAre("dog", "dog", "knife"));
  EXPECT_THAT(found(names, "a dogged hunt in the street"), IsEmpty());
  EXPECT_THAT(found(names, ""), IsEmpty());
}

TEST(Mentions, LongerNamesCoverTheirWords) {
  const std::vector<std::string> names = {"dog", "hot dog", "tree", "palm tree", "light bulb"};
  EXPECT_THAT(found(names, "a hot dog"), ElementsAre("hot dog"));
  EXPECT_THAT(found(names, "hot dogs for the dog"), UnorderedElementsAre("hot dog", "dog"));
  EXPECT_THAT(found(names, "a palm tree"), ElementsAre("palm tree"));
  EXPECT_THAT(found(names, "a tree, two palm-trees"), UnorderedElementsAre("palm tree", "tree"));
  EXPECT_THAT(found(names, "the light of a bulb"), IsEmpty());
  EXPECT_THAT(found(names, "lights bulb"), IsEmpty());  // only the last word has a plural
}

TEST(Mentions, TheNameThatIsWrittenSoIsMeant) {
  EXPECT_THAT(found({"glass", "glasses"}, "her glasses"), ElementsAre("glasses"));
  EXPECT_THAT(found({"glass", "glasses"}, "a glass"), ElementsAre("glass"));
  EXPECT_THAT(found({"glasses", "glass"}, "her glasses"), ElementsAre("glasses"));
}

TEST(Mentions, NamesAreReadLikeCaptions) {
  EXPECT_THAT(found({"T-shirt", "traffic  light"}, "t-shirts at a traffic light"),
              UnorderedElementsAre("T-shirt", "traffic  light"));
  EXPECT_THAT(found({"", "-"}, "a - b"), IsEmpty());
  EXPECT_THAT(found({}, "a dog"), IsEmpty());
}

}  // namespace
}  // namespace lion
