#include "lion/text/trie.h"

#include <gtest/gtest.h>

namespace lion {
namespace {

std::vector<std::pair<size_t, int64_t>> prefixes(const Trie& trie, std::string_view text) {
  std::vector<std::pair<size_t, int64_t>> found;
  trie.for_each_prefix(text, [&](const Trie::Match& m) { found.emplace_back(m.length, m.index); });
  return found;
}

TEST(Trie, FindsEveryKeyThatTheTextStartsWithShortestFirst) {
  const std::vector<std::string> keys{"abc", "a", "b", "ab\xFF", "abcd"};
  const Trie trie(keys);
  using Found = std::vector<std::pair<size_t, int64_t>>;
  EXPECT_EQ(prefixes(trie, "abcx"), (Found{{1, 1}, {3, 0}}));
  EXPECT_EQ(prefixes(trie, "ab\xFF"), (Found{{1, 1}, {3, 3}}));
  EXPECT_EQ(prefixes(trie, "ba"), (Found{{1, 2}}));
  EXPECT_TRUE(prefixes(trie, "cab").empty());
  EXPECT_TRUE(prefixes(trie, "").empty());
}

TEST(Trie, LongestPrefix) {
  const Trie trie(std::vector<std::string>{"a", "abc"});
  EXPECT_EQ(trie.longest_prefix("abcd").length, 3u);
  EXPECT_EQ(trie.longest_prefix("abd").index, 0);
  EXPECT_EQ(trie.longest_prefix("x").length, 0u);
  EXPECT_EQ(trie.longest_prefix("x").index, -1);
}

TEST(Trie, LastOfEqualKeysCountsAndEmptyOnesDoNot) {
  const Trie trie(std::vector<std::string>{"", "a", "b", "a"});
  EXPECT_EQ(trie.longest_prefix("a").index, 3);
  EXPECT_EQ(trie.longest_prefix("").index, -1);
  EXPECT_EQ(Trie().longest_prefix("a").index, -1);
}

}  // namespace
}  // namespace lion
