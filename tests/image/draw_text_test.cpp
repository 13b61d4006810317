#include "lion/image/draw_text.h"

#include "fixtures.h"
#include "lion/base/log.h"

namespace lion::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class DrawText : public testing::Test {
 protected:
  void SetUp() override {
    if (style_.font.empty()) GTEST_SKIP() << "no DejaVu Sans on this machine";
  }
  TextStyle style_{.size = 16, .color = {250, 10, 20}};
};

TEST_F(DrawText, LinesFitTheWidth) {
  const std::string text = "The quick brown fox jumps over\nthe lazy dog and\t runs away";
  const std::vector<std::string> lines = wrap_text(text, style_, 120);
  ASSERT_GT(lines.size(), 3);
  std::string joined;
  for (const std::string& line : lines) {
    EXPECT_LE(text_width(line, style_), 120) << line;
    joined += (joined.empty() ? "" : " ") + line;
  }
  EXPECT_EQ(joined, "The quick brown fox jumps over the lazy dog and runs away");
  EXPECT_THAT(wrap_text("one two", style_, 1000), ElementsAre("one two"));
  EXPECT_THAT(wrap_text(" \n", style_, 1000), ElementsAre());
}

TEST_F(DrawText, LongWordsAreCutBetweenCharacters) {
  std::string word;
  for (int i = 0; i < 40; ++i) word += "\u00e9";
  std::string joined;
  for (const std::string& line : wrap_text(word, style_, 60)) {
    EXPECT_LE(text_width(line, style_), 60);
    EXPECT_EQ(line.size() % 2, 0u) << "cut within a character";
    joined += line;
  }
  EXPECT_EQ(joined, word);
  EXPECT_EQ(wrap_text("abc", style_, 1).size(), 3);  // a character a line, however narrow
}

TEST_F(DrawText, TooManyLinesEndWithAnEllipsis) {
  const std::vector<std::string> lines =
      wrap_text("one two three four five six seven eight", style_, 80, 2);
  ASSERT_EQ(lines.size(), 2);
  EXPECT_TRUE(lines[1].ends_with("\u2026")) << lines[1];
  EXPECT_LE(text_width(lines[1], style_), 80);
}

TEST_F(DrawText, InkWithinTheLineAndTheImage) {
  Image image = Image::black(100, 60);
  draw_text(image, 10, 20, "Word", style_);
  int64_t inked = 0;
  bool full = false;
  for (int64_t y = 0; y < image.height; ++y) {
    for (int64_t x = 0; x < image.width; ++x) {
      const uint8_t* pixel = image.row(y) + x * 3;
      if (pixel[0] == 0) continue;
      ++inked;
      full |= pixel[0] == 250 && pixel[1] == 10 && pixel[2] == 20;
      EXPECT_TRUE(x >= 9 && y >= 20 && y < 20 + line_height(style_)) << x << ", " << y;
    }
  }
  EXPECT_GT(inked, 40);
  EXPECT_TRUE(full);
  draw_text(image, -20, -5, "Beyond every edge of the image", style_);
  draw_text(image, 90, 55, "Beyond", style_);
}

TEST(DrawTextWithoutFont, WarnsAndDrawsNothing) {
  std::string warning;
  set_log_sink([&](LogLevel, std::string_view message) { warning = message; });
  TextStyle style{.font = "/none.ttf"};
  Image image = Image::black(50, 20);
  draw_text(image, 0, 0, "Word", style);
  set_log_sink({});
  EXPECT_EQ(image, Image::black(50, 20));
  EXPECT_THAT(warning, HasSubstr("fonts-dejavu-core"));
  EXPECT_EQ(line_height(style), 0);
  EXPECT_TRUE(wrap_text("Word", style, 100).empty());
}

}  // namespace
}  // namespace lion::test
