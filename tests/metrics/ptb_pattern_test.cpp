// The regular expressions of the tokenizer and the automaton made of them.

#include "lion/metrics/ptb_pattern.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lion/base/error.h"
#include "lion/metrics/ptb_automaton.h"

namespace lion::ptb {
namespace {

Automaton automaton(const std::vector<std::string>& patterns, const NamedPatterns& names = {}) {
  PatternGraph graph(names);
  std::vector<int> starts;
  for (const std::string& pattern : patterns) {
    starts.push_back(graph.add(pattern, static_cast<int>(starts.size())));
  }
  return {graph, starts};
}

bool matches(const std::string& pattern, std::string_view text, const NamedPatterns& names = {}) {
  const Text read = read_text(text);
  return automaton({pattern}, names)
      .matches(std::span<const Symbol>(read.symbols).first(read.length));
}

TEST(PtbPattern, LettersStandForBothCasesAndSetsForOne) {
  EXPECT_TRUE(matches("ab", "aB"));
  EXPECT_FALSE(matches("[a]b", "Ab"));
  EXPECT_TRUE(matches("[a-c]", "b"));
  EXPECT_FALSE(matches("[a-c]", "B"));
  EXPECT_TRUE(matches("[^a-c]", "B"));
  EXPECT_FALSE(matches("[^a-c]", "b"));
}

TEST(PtbPattern, Repeats) {
  EXPECT_TRUE(matches("x*", ""));
  EXPECT_TRUE(matches("(ab)+", "abab"));
  EXPECT_FALSE(matches("(ab)+", "aba"));
  EXPECT_TRUE(matches("a?b", "b"));
  EXPECT_FALSE(matches("a{2,3}", "a"));
  EXPECT_TRUE(matches("a{2,3}", "aaa"));
  EXPECT_FALSE(matches("a{2,3}", "aaaa"));
  EXPECT_TRUE(matches("a{2}", "aa"));
}

TEST(PtbPattern, GroupsAndNames) {
  EXPECT_TRUE(matches("\\L\\D\\M", "\u00E97\u0301"));
  EXPECT_FALSE(matches("\\L", "7"));
  EXPECT_TRUE(matches("\\U", "\u00C9"));
  EXPECT_FALSE(matches("\\U", "\u00E9"));
  EXPECT_TRUE(matches("[\\B.]+", "\u3000. \u00A0"));
  EXPECT_TRUE(matches("\\.", "."));
  EXPECT_TRUE(matches("{pair}|c", "ab", {{"pair", "a{tail}"}, {"tail", "b"}}));
}

TEST(PtbPattern, TheFirstOfTwoRulesWins) {
  const Automaton both = automaton({"[a-z]+", "if"});
  Automaton::State state = both.start();
  for (const char c : std::string("if")) {
    state = both.next(state, static_cast<Symbol>(c));
  }
  EXPECT_EQ(both.rule(state), 0);
  EXPECT_EQ(both.next(state, ' '), Automaton::kNowhere);
}

TEST(PtbPattern, FindsEveryPrefix) {
  const Text text = read_text("ababc");
  EXPECT_THAT(automaton({"(ab)+c?"}).prefixes(text.symbols), ::testing::ElementsAre(2, 4, 5));
}

TEST(PtbPattern, BrokenPatternsAreOurMistake) {
  for (const char* pattern : {"(a", "a)", "[a", "a{3,2}", "{unknown}", "{a", "\\"}) {
    EXPECT_THROW(automaton({pattern}), InternalError) << pattern;
  }
}

}  // namespace
}  // namespace lion::ptb
