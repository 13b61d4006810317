#include "lion/text/charsmap.h"

#include "lion/base/file.h"
#include "lion/text/sentencepiece_file.h"
#include "text_fixtures.h"

namespace lion {
namespace {

/// The rules nmt_nfkc, out of the oracle's spiece.model.
Charsmap nmt_nfkc() {
  const auto path =
      std::filesystem::path(LION_SOURCE_DIR) / "tests/fixtures/oracle/flan-t5/spiece.model";
  return std::get<Charsmap>(parse_sentencepiece(read_file(path), "spiece.model").normalizer.at(0));
}

TEST(Charsmap, RewritesCharacters) {
  const Charsmap rules = nmt_nfkc();
  EXPECT_EQ(rules.normalize("plain text"), "plain text");
  EXPECT_EQ(rules.normalize("ﬁ ½ ① ｆｕｌｌ"), "fi 1\u20442 1 full");
  EXPECT_EQ(rules.normalize("e\u0301"), "é");
  EXPECT_EQ(rules.normalize("a\tb\u00A0c"), "a b c");
  EXPECT_EQ(rules.normalize("\u200B"), " ");
  EXPECT_EQ(rules.normalize(""), "");
}

TEST(Charsmap, GraphemesBelowSixBytesAreOneUnit) {
  const Charsmap rules = nmt_nfkc();
  EXPECT_EQ(rules.normalize("a\r\nb"), "a b");    // one space, not two
  EXPECT_EQ(rules.normalize("ﬁ\u0301x"), "fix");  // 5 bytes: the accent is lost, as in the original
  EXPECT_EQ(rules.normalize("ﬁ\u0301\u0301x"), "fi\u0301\u0301x");  // 7 bytes: by character
}

TEST(Charsmap, NamesDamage) {
  for (const std::string& bytes :
       {std::string(), std::string("\x04\0\0", 3), std::string("\x08\0\0\0abcd", 8),
        std::string("\x02\0\0\0ab", 6), std::string("\0\0\0\0ab", 6)}) {
    expect_error<InputError>([&] { Charsmap(bytes, "spiece.model"); },
                             {"spiece.model", "character map", "again from its source"});
  }
  expect_error<InputError>([] { Charsmap(std::string_view("\x04\0\0\0abcd\xFF", 9), "here"); },
                           {"here", "not UTF-8"});
}

TEST(Charsmap, ATrieThatLeadsOutsideIsNoMatch) {
  std::string bytes("\x04\0\0\0", 4);
  bytes += std::string("\0\xFC\xFF\xFF", 4);  // an offset far behind the array
  bytes += std::string("x\0", 2);
  EXPECT_EQ(Charsmap(bytes, "here").normalize("abc é"), "abc é");
}

}  // namespace
}  // namespace lion
