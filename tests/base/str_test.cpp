#include "lion/base/str.h"

#include <gtest/gtest.h>

namespace lion {
namespace {

using Parts = std::vector<std::string>;

TEST(Str, JoinsWhatStreamsPrint) { EXPECT_EQ(str("a", 1, ' ', 2.5, true), "a1 2.51"); }

TEST(Str, Shapes) {
  EXPECT_EQ(shape_str(std::vector<int64_t>{2, 257, 1408}), "[2,257,1408]");
  EXPECT_EQ(shape_str({}), "[]");
}

TEST(Str, Bytes) {
  EXPECT_EQ(bytes_str(0), "0 B");
  EXPECT_EQ(bytes_str(1023), "1023 B");
  EXPECT_EQ(bytes_str(1536), "1.5 KiB");
  EXPECT_EQ(bytes_str(uint64_t{3} << 30), "3.0 GiB");
  EXPECT_EQ(bytes_str(uint64_t{5000} << 40), "5000.0 TiB");
}

TEST(Str, SplitKeepsEmptyParts) {
  EXPECT_EQ(split("a,,b,", ','), (Parts{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), (Parts{""}));
}

TEST(Str, TrimTakesAsciiSpaceFromBothEnds) {
  EXPECT_EQ(trim(" \t a b\r\n"), "a b");
  EXPECT_EQ(trim(" \n "), "");
  EXPECT_EQ(trim(""), "");
}

TEST(Str, Join) {
  EXPECT_EQ(join(Parts{"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(join(Parts{}, ", "), "");
}

TEST(Str, LinesEndWithOrWithoutCarriageReturn) {
  EXPECT_EQ(lines("a\r\n\nb"), (Parts{"a", "", "b"}));
  EXPECT_EQ(lines("a\n"), (Parts{"a"}));
  EXPECT_EQ(lines("\n"), (Parts{""}));
  EXPECT_EQ(lines(""), Parts{});
}

TEST(Str, ReplaceAllGoesOnBehindWhatItPutThere) {
  EXPECT_EQ(replace_all("aaa", "a", "aa"), "aaaaaa");
  EXPECT_EQ(replace_all("a , b ,", " ,", ","), "a, b,");
  EXPECT_EQ(replace_all("abc", "x", "y"), "abc");
}

}  // namespace
}  // namespace lion
