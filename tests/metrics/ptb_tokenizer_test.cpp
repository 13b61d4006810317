#include "lion/metrics/ptb_tokenizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <random>
#include <string>

#include "lion/base/str.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Own sentences with the reference's answers; make_captions.py made them.
TEST(PtbTokenizer, AgreesWithTheReferenceOnEveryLine) {
  std::ifstream file(LION_SOURCE_DIR "/tests/fixtures/eval/ptb_lines.tsv");
  ASSERT_TRUE(file) << "the fixture is missing";
  int lines = 0;
  for (std::string line; std::getline(file, line); ++lines) {
    const size_t tab = line.find('\t');
    ASSERT_NE(tab, std::string::npos) << line;
    EXPECT_EQ(ptb_tokenize(line.substr(0, tab)), line.substr(tab + 1)) << line.substr(0, tab);
  }
  EXPECT_GE(lines, 300);
}

TEST(PtbTokenizer, SplitsClitics) {
  EXPECT_THAT(ptb_tokens("She's sure they can't've gone."),
              ElementsAre("she", "'s", "sure", "they", "ca", "n't", "'ve", "gone"));
}

TEST(PtbTokenizer, DropsPunctuationButNotBracketsAndRuns) {
  EXPECT_THAT(ptb_tokens("No, (really) -- \"no\"; no... why?!"),
              ElementsAre("no", "-lrb-", "really", "-rrb-", "no", "no", "why", "?!"));
}

TEST(PtbTokenizer, NothingGivesNothing) {
  EXPECT_THAT(ptb_tokens(""), IsEmpty());
  EXPECT_THAT(ptb_tokens(" \t\n "), IsEmpty());
  EXPECT_THAT(ptb_tokens("..."), IsEmpty());
  EXPECT_THAT(ptb_tokens("\xF0\x9F\x98\x80"), IsEmpty());
  EXPECT_EQ(ptb_tokenize("  "), "");
  EXPECT_THAT(caption_words(". !"), IsEmpty());
}

TEST(PtbTokenizer, EveryLineBreakIsABlank) {
  for (const char* line_break : {"\n", "\r", "\r\n", "\v", "\f", "\u0085", "\u2028", "\u2029"}) {
    EXPECT_THAT(ptb_tokens(str("a", line_break, "b")), ElementsAre("a", "b"));
  }
}

TEST(PtbTokenizer, OneTokenMayBeTwoWords) {
  EXPECT_THAT(ptb_tokens("about 3 1/2 cups"), ElementsAre("about", "3\u00A01/2", "cups"));
  EXPECT_EQ(ptb_tokenize("about 3 1/2 cups"), "about 3\u00A01/2 cups");
  EXPECT_THAT(caption_words("about 3 1/2 cups"), ElementsAre("about", "3", "1/2", "cups"));
}

TEST(PtbTokenizer, LowersCapitalsAsJavaDoes) {
  EXPECT_EQ(ptb_tokenize("\u00C9COLE \u0130zmir"), "\u00E9cole i\u0307zmir");
  EXPECT_EQ(ptb_tokenize("\u039F\u0394\u039F\u03A3 \u03A3\u0391"),
            "\u03BF\u03B4\u03BF\u03C2 \u03C3\u03B1");
}

TEST(PtbTokenizer, AnAddressMayBeginWithANoBreakSpace) {
  EXPECT_THAT(ptb_tokens("\u00A0ex.com"), ElementsAre("\u00A0ex.com"));
  EXPECT_THAT(ptb_tokens("x \u00A0ex.com"), ElementsAre("x", "ex.com"));
}

// A broken part is U+FFFD, which parts words and is no token.
TEST(PtbTokenizer, BrokenUtf8IsNoCrash) {
  EXPECT_THAT(ptb_tokens("dog\xC3s"), ElementsAre("dog", "s"));
  EXPECT_THAT(ptb_tokens("a \xFF\xFE b"), ElementsAre("a", "b"));
  // An address takes in anything but blanks.
  EXPECT_THAT(ptb_tokens("http://a\xFF.org"), ElementsAre("http://a\uFFFD.org"));
  EXPECT_THAT(ptb_tokens("\xE2\x82 x"), ElementsAre("x"));
  EXPECT_THAT(ptb_tokens(std::string("a\0b", 3)), ElementsAre("a", "b"));
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    std::string bytes(static_cast<size_t>(i), ' ');
    for (char& byte : bytes) {
      byte = static_cast<char>(random());
    }
    const std::string tokens = ptb_tokenize(bytes);
    EXPECT_EQ(tokens, valid_utf8(tokens));
  }
}

// Rules that look ahead for an "@", a ";" or the end of a tag must not read the rest of the text
// again at every character: that would be 10^12 steps here.
TEST(PtbTokenizer, LongLinesTakeLinearTime) {
  const auto begin = std::chrono::steady_clock::now();
  for (const char* part : {"a,", "a,b@", "<a b ", "<!a ", "x.", "x. ", "a'", "a-", "(", "www.", ".",
                           "&amp;A", "1-", "'", "\u03A3-", "y' ", "a-b,", "a.com,", "a.1."}) {
    std::string line;
    while (line.size() < 1000000) {
      line += part;
    }
    EXPECT_FALSE(ptb_tokenize(line + " end").empty());
  }
  EXPECT_FALSE(ptb_tokenize("x." + std::string(1000000, ' ') + "The end").empty());
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(spent.count(), 120);
}

}  // namespace
}  // namespace lion
