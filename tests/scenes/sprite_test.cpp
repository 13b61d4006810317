#include "lion/scenes/sprite.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "lion/scenes/background.h"

namespace lion::scenes {
namespace {

/// Whether some pixel of the row or column is visible.
bool has_ink(const Sprite& sprite, int64_t x0, int64_t y0, int64_t x1, int64_t y1) {
  for (int64_t y = y0; y < y1; ++y) {
    for (int64_t x = x0; x < x1; ++x) {
      if (sprite.row(y)[x * 4 + 3] >= kVisibleAlpha) return true;
    }
  }
  return false;
}

TEST(SpriteBook, SpritesAreCroppedToWhatIsVisible) {
  const Vocabulary vocabulary(30);
  const SpriteBook book(vocabulary, 1.0);
  for (int64_t kind = 0; kind < 30; ++kind) {
    for (int64_t turn = 0; turn < static_cast<int64_t>(kTurns.size()); ++turn) {
      Object object;
      object.kind = kind;
      object.pose = {6, turn, false};
      const auto sprite = book.sprite(object);
      const int64_t w = sprite->width, h = sprite->height;
      EXPECT_TRUE(has_ink(*sprite, 0, 0, w, 1)) << kind;
      EXPECT_TRUE(has_ink(*sprite, 0, h - 1, w, h)) << kind;
      EXPECT_TRUE(has_ink(*sprite, 0, 0, 1, h)) << kind;
      EXPECT_TRUE(has_ink(*sprite, w - 1, 0, w, h)) << kind;
    }
  }
}

TEST(SpriteBook, LongestSideIsTheOneAskedFor) {
  const Vocabulary vocabulary(1);
  for (const double scale : {1.0, 3.5}) {
    const SpriteBook book(vocabulary, scale);
    for (size_t size = 0; size < kObjectSizes.size(); ++size) {
      Object object;
      object.kind = 0;
      object.pose.size = static_cast<int64_t>(size);
      const auto sprite = book.sprite(object);
      EXPECT_NEAR(static_cast<double>(std::max(sprite->width, sprite->height)),
                  static_cast<double>(kObjectSizes[size]) * scale, 2.0);
    }
  }
}

TEST(SpriteBook, ColourIsPremultiplied) {
  const Vocabulary vocabulary(5);
  const SpriteBook book(vocabulary, 1.0);
  for (int64_t kind = 0; kind < 5; ++kind) {
    Object object;
    object.kind = kind;
    const auto sprite = book.sprite(object);
    for (size_t i = 0; i < sprite->rgba.size(); i += 4) {
      const int largest = std::max({sprite->rgba[i], sprite->rgba[i + 1], sprite->rgba[i + 2]});
      EXPECT_LE(largest, sprite->rgba[i + 3] + 1);
    }
  }
}

TEST(Shapes, AreFilledInTheirColour) {
  for (size_t shape = 0; shape < kShapes.size(); ++shape) {
    const Sprite sprite = draw_shape(static_cast<Shape>(shape), {226, 54, 54});
    const uint8_t* middle = sprite.row(sprite.height / 2) + sprite.width / 2 * 4;
    EXPECT_EQ(middle[0], 226) << kShapes[shape];
    EXPECT_EQ(middle[1], 54) << kShapes[shape];
    EXPECT_EQ(middle[3], 255) << kShapes[shape];
    EXPECT_EQ(sprite.row(0)[3], 0) << kShapes[shape];
  }
}

TEST(Lettering, LinesAreAsWideAsTheirLetters) {
  const Lettering letters({14});
  const LetterMask one = letters.line("H", 0), two = letters.line("HH", 0);
  EXPECT_GT(one.width, 5);
  EXPECT_GT(two.width, 2 * one.width - 1);
  EXPECT_EQ(one.height, two.height);
  EXPECT_EQ(letters.line("", 0).width, 0);
  EXPECT_EQ(letters.line("\xc3\xa9", 0).width, 0);  // beyond ASCII: left out
}

/// The row whose mean colour differs most from that of the row above it.
int64_t row_of_the_largest_step(const Image& image) {
  const auto sum = [&](int64_t y, int64_t channel) {
    int64_t all = 0;
    for (int64_t x = 0; x < image.width; ++x) all += image.row(y)[x * 3 + channel];
    return all;
  };
  int64_t row = 0, largest = 0;
  for (int64_t y = 1; y < image.height; ++y) {
    int64_t step = 0;
    for (int64_t c = 0; c < 3; ++c) step += std::abs(sum(y, c) - sum(y - 1, c));
    if (step > largest) row = y;
    largest = std::max(step, largest);
  }
  return row;
}

TEST(Background, IsPaleAndItsGroundBeginsWhereTold) {
  for (size_t p = 0; p < kSettingCount; ++p) {
    const Background background = {static_cast<Setting>(p), 5};
    Image image = Image::black(64, 64);
    paint_background(image, background);
    const bool has_black =
        std::any_of(image.rgb.begin(), image.rgb.end(), [](uint8_t value) { return value < 20; });
    EXPECT_FALSE(has_black) << p;
    const double level = horizon(background);
    EXPECT_EQ(level == 1.0, p >= static_cast<size_t>(Setting::kPlain)) << p;
  }
  // Where no hills rise above the ground, its edge is what is seen most.
  for (const Setting place : {Setting::kSea, Setting::kRoom}) {
    for (uint64_t look = 0; look < 40; ++look) {
      Image image = Image::black(64, 64);
      paint_background(image, {place, look});
      EXPECT_NEAR(static_cast<double>(row_of_the_largest_step(image)), horizon({place, look}) * 64,
                  1.0)
          << static_cast<int>(place) << " " << look;
    }
  }
}

}  // namespace
}  // namespace lion::scenes
