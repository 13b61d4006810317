#include "lion/scenes/layout.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "lion/base/error.h"
#include "lion/scenes/painter.h"

namespace lion::scenes {
namespace {

/// The bytes of one code in the cell at column and row.
std::vector<uint8_t> code_at(const Image& image, int64_t column, int64_t row, LayoutCode code) {
  const LayoutSpan span = layout_span(code);
  std::vector<uint8_t> bytes;
  for (int64_t i = span.offset; i < span.offset + span.length; ++i) {
    const int64_t y = row * kLayoutCell + i / (kLayoutCell * 3);
    bytes.push_back(image.row(y)[column * kLayoutCell * 3 + i % (kLayoutCell * 3)]);
  }
  return bytes;
}

/// Which entry is on; -1 for none.
int64_t entry(const std::vector<uint8_t>& code) {
  const auto it = std::find(code.begin(), code.end(), 255);
  return it == code.end() ? -1 : it - code.begin();
}

/// The centre of a bump, as a fraction.
double number(const std::vector<uint8_t>& code, size_t corner) {
  const size_t each = code.size() / 4;
  double sum = 0, weights = 0;
  for (size_t i = 0; i < each; ++i) {
    const double weight = code[corner * each + i] - 128.0;
    sum += weight * static_cast<double>(i);
    weights += weight;
  }
  return sum / weights / static_cast<double>(each - 1);
}

TEST(Layout, CodesFitIntoACell) {
  const LayoutSpan last = layout_span(LayoutCode::kBox);
  EXPECT_LE(last.offset + last.length, kLayoutCell * kLayoutCell * 3);
}

TEST(Layout, EveryThingHasACellThatTellsItAndItsBox) {
  const Painter painter(SceneConfig{.sign_share = 0.3});
  for (uint64_t i = 0; i < 200; ++i) {
    const Scene scene = painter.plan(i);
    const Image image = paint_layout(scene);
    std::set<size_t> told;
    for (int64_t row = 0; row < 8; ++row) {
      for (int64_t column = 0; column < 8; ++column) {
        const auto at = [&](LayoutCode code) { return code_at(image, column, row, code); };
        const int64_t place = entry(at(LayoutCode::kPlace));
        if (place >= 0) {
          EXPECT_EQ(place, static_cast<int64_t>(scene.background.place));
          continue;
        }
        bool found = false;
        for (size_t t = 0; t < scene.things.size(); ++t) {
          const Thing& thing = scene.things[t];
          if (entry(at(LayoutCode::kKind)) != thing.kind) continue;
          if (entry(at(LayoutCode::kShape)) != thing.shape) continue;
          if (entry(at(LayoutCode::kColour)) != thing.colour) continue;
          const auto box = at(LayoutCode::kBox);
          // At the rim a bump is cut off, which draws its centre inwards.
          if (std::abs(number(box, 0) - thing.box().x0 / 128) > 0.04) continue;
          if (std::abs(number(box, 3) - thing.box().y1 / 128) > 0.04) continue;
          EXPECT_EQ(entry(at(LayoutCode::kSign)), thing.form == Form::kSign ? 0 : -1);
          told.insert(t);
          found = true;
        }
        EXPECT_TRUE(found);
      }
    }
    EXPECT_EQ(told.size(), scene.things.size()) << "scene " << i;
  }
}

TEST(Layout, RefusesOddSizes) {
  Scene scene;
  scene.size = 100;
  EXPECT_THROW(paint_layout(scene), InputError);
}

}  // namespace
}  // namespace lion::scenes
