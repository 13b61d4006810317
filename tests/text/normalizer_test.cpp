#include "lion/text/normalizer.h"

#include "text_fixtures.h"

namespace lion {
namespace {

using testing::ElementsAre;

TEST(Normalize, Steps) {
  EXPECT_EQ(normalize({}, " a  b "), " a  b ");
  EXPECT_EQ(normalize({CollapseSpaces{" "}}, "  a b   c "), " a b c ");
  EXPECT_EQ(normalize({CollapseSpaces{"▁"}}, "a  b c"), "a▁b c");
  EXPECT_EQ(normalize({ReplaceText{"''", "\""}}, "''a'"), "\"a'");
  EXPECT_EQ(normalize({ReplaceText{"a", "b"}, ReplaceText{"b", "c"}}, "ab"), "cc");
}

TEST(Normalize, Strip) {
  EXPECT_EQ(normalize({StripEdges{true, true}}, " \u3000a b\n"), "a b");
  EXPECT_EQ(normalize({StripEdges{false, true}}, " a b "), " a b");
  EXPECT_EQ(normalize({StripEdges{true, false}}, " a b "), "a b ");
  EXPECT_EQ(normalize({StripEdges{false, false}}, "  "), "  ");
  EXPECT_EQ(normalize({StripEdges{false, true}}, "  "), "");
  EXPECT_EQ(normalize({StripEdges{true, true}}, ""), "");
}

TEST(PreTokenize, EveryWordStartsWithTheMark) {
  const PreTokenizer rules;
  EXPECT_THAT(pre_tokenize(rules, "Hey  friend!", false), ElementsAre("▁Hey", "▁", "▁friend!"));
  EXPECT_THAT(pre_tokenize(rules, " Hey ", false), ElementsAre("▁Hey", "▁"));
  EXPECT_THAT(pre_tokenize(rules, " ", false), ElementsAre("▁"));
  EXPECT_TRUE(pre_tokenize(rules, "", true).empty());
}

TEST(PreTokenize, Schemes) {
  PreTokenizer rules;
  rules.metaspace.prepend = PrependScheme::kNever;
  EXPECT_THAT(pre_tokenize(rules, "a b", true), ElementsAre("a", "▁b"));
  rules.metaspace.prepend = PrependScheme::kFirst;
  EXPECT_THAT(pre_tokenize(rules, "a b", true), ElementsAre("▁a", "▁b"));
  EXPECT_THAT(pre_tokenize(rules, "a b", false), ElementsAre("a", "▁b"));
  rules.metaspace.split = false;
  EXPECT_THAT(pre_tokenize(rules, "a b", true), ElementsAre("▁a▁b"));
}

TEST(PreTokenize, WhiteSpaceSplit) {
  PreTokenizer rules{.split_white_space = true};
  EXPECT_THAT(pre_tokenize(rules, "\u2003a \n b▁c ", false), ElementsAre("▁a", "▁b", "▁c"));
  EXPECT_TRUE(pre_tokenize(rules, " \n ", false).empty());
}

}  // namespace
}  // namespace lion
