#include "lion/image/draw.h"

#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "fixtures.h"
#include "lion/base/log.h"

namespace lion::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

Color at(const Image& image, int64_t x, int64_t y) {
  const uint8_t* p = image.row(y) + x * 3;
  return {p[0], p[1], p[2]};
}

int64_t count(const Image& image, Color color) {
  int64_t n = 0;
  for (int64_t y = 0; y < image.height; ++y) {
    for (int64_t x = 0; x < image.width; ++x) n += at(image, x, y) == color;
  }
  return n;
}

constexpr Color kRed = {200, 0, 0};
constexpr Color kWhite = {255, 255, 255};

// Pixels between the line's colour and its outline's.
int64_t count_blended(const Image& image) {
  return image.width * image.height - count(image, kRed) - count(image, kWhite) - count(image, {});
}

TEST(DrawBox, LineOnTheEdgesOnly) {
  Image image = Image::black(320, 320);
  draw_box(image, {.x0 = 100, .y0 = 80, .x1 = 200, .y1 = 160, .color = kRed});
  for (const auto& [x, y] : {std::pair{100, 120}, {199, 120}, {150, 80}, {150, 159}, {100, 80}}) {
    EXPECT_EQ(at(image, x, y), kRed) << x << ", " << y;
  }
  for (const auto& [x, y] : {std::pair{150, 120}, {90, 120}, {210, 120}, {150, 70}, {150, 170}}) {
    EXPECT_EQ(at(image, x, y), Color{}) << x << ", " << y;
  }
}

TEST(DrawBox, OutlineIsVisibleOnItsOwnColor) {
  Image image = Image::black(320, 320);
  for (size_t i = 0; i < image.rgb.size(); i += 3) image.rgb[i] = kRed.red;
  draw_box(image, {.x0 = 100, .y0 = 80, .x1 = 200, .y1 = 160, .color = kRed});
  EXPECT_EQ(at(image, 98, 120), kWhite);  // the line covers 99 and 100
  EXPECT_EQ(at(image, 101, 120), kWhite);
}

TEST(DrawBox, CornersInAnyOrderAndBeyondTheImage) {
  Image a = Image::black(200, 100);
  Image b = a;
  draw_box(a, {.x0 = 20, .y0 = 30, .x1 = 90, .y1 = 70, .color = kRed});
  draw_box(b, {.x0 = 90, .y0 = 70, .x1 = 20, .y1 = 30, .color = kRed});
  EXPECT_EQ(a, b);
  Image edge = Image::black(200, 100);
  draw_box(edge, {.x0 = -50, .y0 = -1e300, .x1 = 1e9, .y1 = 100, .color = kRed});
  EXPECT_GT(count(edge, kRed), 2 * 200);
  EXPECT_EQ(at(edge, 100, 50), Color{});
}

TEST(DrawBox, HugeCornersAreThoseOfTheImage) {
  constexpr double kHuge = std::numeric_limits<double>::max();
  Image expected = Image::black(120, 80);
  draw_box(expected, {.x0 = 0, .y0 = 0, .x1 = 120, .y1 = 80, .color = kRed});
  for (const double huge : {1e10, 1e19, 1e300, kHuge}) {
    Image image = Image::black(120, 80);
    draw_box(image, {.x0 = -huge, .y0 = huge, .x1 = huge, .y1 = -huge, .color = kRed});
    EXPECT_EQ(image, expected) << huge;
    Image corner = Image::black(120, 80);
    Image far_corner = corner;
    draw_box(corner, {.x0 = 120, .y0 = 80, .x1 = 120, .y1 = 80, .label = "x", .color = kRed});
    draw_box(far_corner,
             {.x0 = huge, .y0 = huge, .x1 = huge, .y1 = huge, .label = "x", .color = kRed});
    EXPECT_EQ(far_corner, corner) << huge;
  }
}

TEST(DrawBox, WiderLineOnALargerImage) {
  Image small = Image::black(100, 100);
  Image large = Image::black(1600, 1600);
  draw_box(small, {.x0 = 10, .y0 = 10, .x1 = 90, .y1 = 90, .color = kRed});
  draw_box(large, {.x0 = 160, .y0 = 160, .x1 = 1440, .y1 = 1440, .color = kRed});
  EXPECT_GT(count(large, kRed), 2 * 16 * count(small, kRed));
}

TEST(DrawBox, TinyImagesAndBoxes) {
  for (int64_t side = 1; side < 40; ++side) {
    Image image = Image::black(side, 40 - side);
    draw_box(image, {.x0 = 0.4, .y0 = 0.4, .x1 = 0.5, .y1 = 0.5, .label = "label", .color = kRed});
    EXPECT_NE(image, Image::black(side, 40 - side));
  }
}

TEST(DrawBox, NotANumber) {
  Image image = Image::black(10, 10);
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(input_error([&] { draw_box(image, {.x1 = bad, .y1 = 4}); }),
                AllOf(HasSubstr("draw_box: a corner is not a number"), HasSubstr("[0, 0, "),
                      HasSubstr("Draw valid boxes only.")));
  }
  EXPECT_EQ(image, Image::black(10, 10));
}

TEST(DrawBox, PaletteColorsDiffer) {
  std::set<std::tuple<int, int, int>> seen;
  for (size_t i = 0; i < 8; ++i) {
    const Color c = palette_color(i);
    seen.insert({c.red, c.green, c.blue});
  }
  EXPECT_EQ(seen.size(), 8u);
  EXPECT_EQ(palette_color(8), palette_color(0));
}

class DrawLabel : public testing::Test {
 protected:
  void SetUp() override {
    set_log_sink([this](LogLevel level, std::string_view message) {
      if (level == LogLevel::kWarning) warnings_.emplace_back(message);
    });
  }
  void TearDown() override { set_log_sink({}); }
  std::vector<std::string> warnings_;
};

TEST_F(DrawLabel, WithoutAFontTheBoxRemains) {
  Image labelled = Image::black(200, 100);
  Image plain = labelled;
  draw_box(labelled, {.x0 = 20, .y0 = 30, .x1 = 90, .y1 = 70, .label = "cat", .color = kRed},
           "no/such/font.ttf");
  draw_box(plain, {.x0 = 20, .y0 = 30, .x1 = 90, .y1 = 70, .color = kRed});
  EXPECT_EQ(labelled, plain);
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_THAT(warnings_[0], AllOf(HasSubstr("draw_box: the label \"cat\" is left out"),
                                  HasSubstr("no/such/font.ttf"), HasSubstr("fonts-dejavu-core")));
}

TEST_F(DrawLabel, PlateIsInsideTheImage) {
  if (find_label_font().empty()) GTEST_SKIP() << "no DejaVu Sans on this machine";
  // Above the box; under the top edge when there is no room above; left of the right edge.
  for (const auto& [x, y] : {std::pair{20.0, 150.0}, {20.0, 0.0}, {310.0, 100.0}, {310.0, 310.0}}) {
    SCOPED_TRACE(str(x, ", ", y));
    Image image = Image::black(320, 320);
    Image plain = image;
    const LabelledBox box = {
        .x0 = x, .y0 = y, .x1 = x + 10, .y1 = y + 10, .label = "Überholt", .color = kRed};
    draw_box(image, box);
    LabelledBox bare = box;
    bare.label.clear();
    draw_box(plain, bare);
    EXPECT_GT(count(image, kRed), count(plain, kRed) + 400);  // a plate
    EXPECT_EQ(count_blended(plain), 0);
    EXPECT_GT(count_blended(image), 50);  // rims of letters
  }
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(DrawLabel, SmallObjectsStayVisible) {
  if (find_label_font().empty()) GTEST_SKIP() << "no DejaVu Sans on this machine";
  // Two objects of 24 pixels, in each corner of the image and in its middle, one beside the other.
  for (const double x : {0.0, 130.0, 296.0}) {
    for (const double y : {0.0, 110.0, 216.0}) {
      const double other = x > 200 ? x - 30 : x + 30;
      const LabelledBox truth = {
          .x0 = x, .y0 = y, .x1 = x + 24, .y1 = y + 24, .label = "truth", .color = kRed};
      const LabelledBox answer = {.x0 = other,
                                  .y0 = y,
                                  .x1 = other + 24,
                                  .y1 = y + 24,
                                  .label = "answer",
                                  .color = kRed,
                                  .label_below = true};
      Image bare = Image::black(320, 240);
      LabelledBox a = truth, b = answer;
      a.label.clear();
      b.label.clear();
      draw_boxes(bare, std::array{a, b});
      Image image = Image::black(320, 240);
      draw_boxes(image, std::array{truth, answer});
      for (const double left : {x, other}) {
        for (int64_t dy = 4; dy < 20; ++dy) {
          for (int64_t dx = 4; dx < 20; ++dx) {
            const int64_t at = 3 * (static_cast<int64_t>(left) + dx);
            const int64_t row = static_cast<int64_t>(y) + dy;
            ASSERT_EQ(image.row(row)[at], bare.row(row)[at]) << left << " " << y;
          }
        }
      }
      EXPECT_NE(image, bare);
    }
  }
}

TEST_F(DrawLabel, BelowTheBox) {
  if (find_label_font().empty()) GTEST_SKIP() << "no DejaVu Sans on this machine";
  const auto reds_between = [](const Image& image, int64_t top, int64_t bottom) {
    int64_t n = 0;
    for (int64_t y = top; y < bottom; ++y) {
      for (int64_t x = 0; x < image.width; ++x) n += at(image, x, y) == kRed;
    }
    return n;
  };
  LabelledBox box = {.x0 = 20, .y0 = 100, .x1 = 200, .y1 = 200, .label = "label", .color = kRed};
  box.label_below = true;
  Image below = Image::black(320, 320);
  draw_box(below, box);
  EXPECT_EQ(reds_between(below, 0, 95), 0);
  EXPECT_GT(reds_between(below, 205, 320), 200);
  box.y1 = 319;  // no room below: inside the box at the bottom
  Image inside = Image::black(320, 320);
  draw_box(inside, box);
  EXPECT_EQ(reds_between(inside, 0, 95), 0);
  EXPECT_GT(reds_between(inside, 295, 315), 200);
}

TEST_F(DrawLabel, NoLineOfAnotherBoxCrossesIt) {
  if (find_label_font().empty()) GTEST_SKIP() << "no DejaVu Sans on this machine";
  const LabelledBox first = {
      .x0 = 40, .y0 = 100, .x1 = 200, .y1 = 200, .label = "first", .color = kRed};
  const LabelledBox second = {.x0 = 30, .y0 = 92, .x1 = 210, .y1 = 190, .color = {0, 0, 250}};
  Image alone = Image::black(320, 320);
  Image one_by_one = alone;
  Image together = alone;
  draw_box(alone, first);
  for (const LabelledBox& box : {first, second}) draw_box(one_by_one, box);
  draw_boxes(together, std::vector{first, second});
  const auto plate = [](const Image& image) {
    std::vector<uint8_t> pixels;  // a part of the plate that the second box's upper edge crosses
    for (int64_t y = 84; y < 96; ++y) {
      pixels.insert(pixels.end(), image.row(y) + 3 * 42, image.row(y) + 3 * 60);
    }
    return pixels;
  };
  EXPECT_EQ(plate(together), plate(alone));
  EXPECT_NE(plate(one_by_one), plate(alone));
  EXPECT_GT(count(together, second.color), 500);
}

TEST(DrawBoxes, ChecksAllBeforeDrawing) {
  Image image = Image::black(40, 40);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<LabelledBox> boxes = {{.x1 = 20, .y1 = 20}, {.x1 = nan, .y1 = 4}};
  EXPECT_THAT(input_error([&] { draw_boxes(image, boxes); }), HasSubstr("corner is not a number"));
  EXPECT_EQ(image, Image::black(40, 40));
  draw_boxes(image, {});
  EXPECT_EQ(image, Image::black(40, 40));
}

TEST_F(DrawLabel, LongOrOddLabels) {
  if (find_label_font().empty()) GTEST_SKIP() << "no DejaVu Sans on this machine";
  for (const std::string& label :
       {std::string(10000, 'w'), std::string("\xff\xc3\xf0\x9f"), std::string("a\nb\0c", 5)}) {
    Image image = Image::black(320, 240);
    const Image before = image;
    draw_box(image, {.x0 = 50, .y0 = 50, .x1 = 100, .y1 = 100, .label = label, .color = kRed});
    EXPECT_GT(count(image, kRed), 400);
  }
}

}  // namespace
}  // namespace lion::test
