#include "lion/text/unicode.h"

#include <gtest/gtest.h>

namespace lion {
namespace {

TEST(Unicode, DecodesEveryLength) {
  EXPECT_EQ(decode_utf8("a").value, U'a');
  EXPECT_EQ(decode_utf8("é!").value, U'é');
  EXPECT_EQ(decode_utf8("é!").length, 2u);
  EXPECT_EQ(decode_utf8("▁").value, U'\u2581');
  EXPECT_EQ(decode_utf8("😀").value, U'\U0001F600');
  EXPECT_EQ(decode_utf8("😀").length, 4u);
}

TEST(Unicode, BrokenBytesBecomeOneReplacementPerBrokenPart) {
  // The expected values are Python's bytes.decode("utf-8", "replace").
  EXPECT_EQ(valid_utf8("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(valid_utf8("\xE2\x96"), "\uFFFD");                            // cut short
  EXPECT_EQ(valid_utf8("\xE2\x96z"), "\uFFFDz");                          // broken off
  EXPECT_EQ(valid_utf8("\xC0\xAF"), "\uFFFD\uFFFD");                      // overlong
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");            // surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // past U+10FFFF
  EXPECT_EQ(valid_utf8("\x80"), "\uFFFD");
  EXPECT_EQ(valid_utf8(std::string("a\0b", 3)), std::string("a\0b", 3));
  EXPECT_EQ(valid_utf8("naïve 你好 😀"), "naïve 你好 😀");
}

TEST(Unicode, WhiteSpace) {
  for (const char32_t c : {U' ', U'\t', U'\n', U'\r', U'\u00A0', U'\u2003', U'\u2028', U'\u3000'}) {
    EXPECT_TRUE(is_white_space(c)) << static_cast<uint32_t>(c);
  }
  for (const char32_t c : {U'a', U'\0', U'\u200B', U'\u2581', U'\uFEFF'}) {
    EXPECT_FALSE(is_white_space(c)) << static_cast<uint32_t>(c);
  }
}

TEST(Unicode, NormalForms) {
  EXPECT_EQ(to_nfc("e\u0301"), "é");
  EXPECT_EQ(to_nfd("é"), "e\u0301");
  EXPECT_EQ(to_nfd("가"), "\u1100\u1161");
  EXPECT_EQ(to_nfc(""), "");
  EXPECT_EQ(to_nfc(std::string("a\0b", 3)), std::string("a\0b", 3));
}

}  // namespace
}  // namespace lion
