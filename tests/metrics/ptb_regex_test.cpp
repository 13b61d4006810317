// The patterns of the tokenizer as regular expressions.

#include "lion/metrics/ptb_regex.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include "lion/base/error.h"
#include "lion/metrics/ptb_characters.h"

namespace lion::ptb {
namespace {

bool matches(const std::string& pattern, std::string_view text, const NamedPatterns& names = {}) {
  const Text read = read_text(text);
  const std::string symbols(read.symbols.begin(), read.symbols.end() - 1);  // less the line feed
  return RE2::FullMatch(symbols, RE2(regex_of(pattern, names), RE2::Latin1));
}

TEST(PtbRegex, LettersStandForBothCasesAndSetsForOne) {
  EXPECT_TRUE(matches("ab", "aB"));
  EXPECT_FALSE(matches("[a]b", "Ab"));
  EXPECT_TRUE(matches("[a-c]", "b"));
  EXPECT_FALSE(matches("[a-c]", "B"));
  EXPECT_TRUE(matches("[^a-c]", "B"));
  EXPECT_FALSE(matches("[^a-c]", "b"));
}

TEST(PtbRegex, Repeats) {
  EXPECT_TRUE(matches("(ab)+", "abab"));
  EXPECT_FALSE(matches("(ab)+", "aba"));
  EXPECT_TRUE(matches("a{2,3}", "aaa"));
  EXPECT_FALSE(matches("a{2,3}", "aaaa"));
  EXPECT_TRUE(matches("\\D{2}", "12"));
}

TEST(PtbRegex, GroupsAndNames) {
  EXPECT_TRUE(matches("\\L\\D\\M", "\u00E97\u0301"));
  EXPECT_FALSE(matches("\\L", "7"));
  EXPECT_TRUE(matches("\\U", "\u00C9"));
  EXPECT_FALSE(matches("\\U", "\u00E9"));
  EXPECT_TRUE(matches("[\\B.]+", "\u3000. \u00A0"));
  EXPECT_TRUE(matches("{pair}|c", "ab", {{"pair", "a{tail}"}, {"tail", "b"}}));
}

TEST(PtbRegex, OtherCharactersStandForThemselves) {
  EXPECT_TRUE(matches("\\.\\[[{}(|*]+", ".[{}(|*"));
  EXPECT_FALSE(matches("\\.", "x"));
  EXPECT_TRUE(matches("\u2019[^\u201C]", "\u2019\n"));
  EXPECT_FALSE(matches("\u2019", "\u2018"));
}

TEST(PtbRegex, UnknownNamesAreOurMistake) {
  EXPECT_THROW(regex_of("{unknown}", {}), InternalError);
  EXPECT_THROW(regex_of("{a", {{"a", "b"}}), InternalError);
}

}  // namespace
}  // namespace lion::ptb
