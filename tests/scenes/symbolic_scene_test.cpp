#include "lion/scenes/symbolic_scene.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "lion/base/error.h"
#include "lion/image/normalize.h"
#include "lion/image/transform.h"
#include "lion/scenes/facts.h"
#include "lion/scenes/painter.h"
#include "lion/scenes/words.h"
#include "lion/text/word_code.h"

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

bool says(const Image& image, int64_t column, int64_t row, LayoutCode code, std::string_view word) {
  std::vector<uint8_t> bytes;
  for (const float value : word_code(word, layout_span(code).length)) {
    bytes.push_back(static_cast<uint8_t>(std::lround(127.5F + 127.5F * value)));
  }
  return code_at(image, column, row, code) == bytes;
}

TEST(Layout, CodesFitIntoACell) {
  const LayoutSpan last = layout_span(LayoutCode::kBox);
  EXPECT_LE(last.offset + last.length, kLayoutCell * kLayoutCell * 3);
}

TEST(Layout, EveryThingHasACellThatTellsItAndItsBox) {
  const Painter painter(SceneConfig{.sign_share = 0.3});
  for (uint64_t i = 0; i < 200; ++i) {
    const Scene scene = painter.plan(i);
    const Image image = paint_layout(scene, painter.vocabulary());
    std::set<size_t> told;
    for (int64_t row = 0; row < 8; ++row) {
      for (int64_t column = 0; column < 8; ++column) {
        if (says(image, column, row, LayoutCode::kName, place_words(scene.background.place).tag)) {
          continue;
        }
        bool found = false;
        for (size_t t = 0; t < scene.things.size(); ++t) {
          // What the cell says when the thing stands alone.
          Scene alone = scene;
          alone.things = {scene.things[t]};
          const Image other = paint_layout(alone, painter.vocabulary());
          const auto box = code_at(image, column, row, LayoutCode::kBox);
          if (code_at(other, column, row, LayoutCode::kBox) != box) continue;
          const Thing& thing = scene.things[t];
          EXPECT_TRUE(says(image, column, row, LayoutCode::kName,
                           thing.form == Form::kEmoji   ? painter.vocabulary().name(thing)
                           : thing.form == Form::kShape ? kShapes[static_cast<size_t>(thing.shape)]
                                                        : "sign"));
          told.insert(t);
          found = true;
        }
        EXPECT_TRUE(found);
      }
    }
    EXPECT_EQ(told.size(), scene.things.size()) << "scene " << i;
  }
}

TEST(Layout, OneCellOfEachThingSaysHowManyOfItsNameThereAre) {
  const Painter painter(SceneConfig{.sign_share = 0.3, .copy_share = 0.5});
  for (uint64_t i = 0; i < 200; ++i) {
    const Scene scene = painter.plan(i);
    const Image image = paint_layout(scene, painter.vocabulary());
    std::multiset<std::string> boxes;
    std::map<std::string, int> said;
    for (int64_t row = 0; row < 8; ++row) {
      for (int64_t column = 0; column < 8; ++column) {
        for (const std::string count : {"one", "two", "three", "four", "five"}) {
          if (!says(image, column, row, LayoutCode::kCount, count)) continue;
          const std::vector<uint8_t> box = code_at(image, column, row, LayoutCode::kBox);
          boxes.emplace(box.begin(), box.end());
          ++said[count];
        }
      }
    }
    EXPECT_EQ(boxes.size(), scene.things.size()) << "scene " << i;
    EXPECT_EQ(std::set(boxes.begin(), boxes.end()).size(), scene.things.size());
    std::map<std::string, int> there;
    const Facts facts(scene, painter.vocabulary());
    for (const Group& group : facts.groups()) {
      const auto count = static_cast<int64_t>(group.things.size());
      there[number_word(count)] += static_cast<int>(count);
    }
    EXPECT_EQ(said, there) << "scene " << i;
  }
}

TEST(Layout, SignsSayTheirWordInSmallLetters) {
  const Painter painter(SceneConfig{.max_things = 1, .sign_share = 1});
  const Scene scene = painter.plan(3);
  ASSERT_EQ(scene.things.at(0).form, Form::kSign);
  const std::string& text = scene.things[0].text;
  const Image image = paint_layout(scene, painter.vocabulary());
  int cells = 0;
  for (int64_t row = 0; row < 8; ++row) {
    for (int64_t column = 0; column < 8; ++column) {
      cells += says(image, column, row, LayoutCode::kText, lower_case(text));
    }
  }
  EXPECT_GT(cells, 0);
}

TEST(Layout, ReaderMakesOfACellWhatItsWordIs) {
  constexpr int64_t kWidth = 160, kLength = 128;
  const LayoutReader reader = layout_reader(kWidth, kLength);
  ASSERT_EQ(reader.weight.size(), static_cast<size_t>(kWidth * 3 * kLayoutCell * kLayoutCell));
  const Painter painter(SceneConfig{.max_things = 1});
  for (uint64_t i = 0; i < 50; ++i) {
    const Scene scene = painter.plan(i);
    const Thing& thing = scene.things.at(0);
    if (thing.form != Form::kEmoji) continue;
    const Image image = paint_layout(scene, painter.vocabulary());
    const int64_t left = (thing.left + thing.width / 2) / kLayoutCell * kLayoutCell;
    const int64_t top = (thing.top + thing.height / 2) / kLayoutCell * kLayoutCell;
    std::vector<float> chw(3 * kLayoutCell * kLayoutCell);
    normalize(crop(image, left, top, kLayoutCell, kLayoutCell), kClipNormalization, chw);
    std::vector<float> token(reader.bias);
    for (size_t o = 0; o < token.size(); ++o) {
      for (size_t k = 0; k < chw.size(); ++k)
        token[o] += reader.weight[o * chw.size() + k] * chw[k];
    }
    const auto alike = [&](std::string_view word) {
      const std::vector<float> code = word_code(word, kLength);
      const auto end = token.begin() + kLength;
      return std::inner_product(token.begin(), end, code.begin(), 0.0) /
             std::sqrt(kLength * std::inner_product(token.begin(), end, token.begin(), 0.0));
    };
    EXPECT_GT(alike(painter.vocabulary().name(thing)), 0.3) << "scene " << i;
    EXPECT_LT(std::abs(alike("umbrellas")), 0.3);
  }
}

TEST(Layout, RefusesOddSizes) {
  Scene scene;
  scene.size = 100;
  EXPECT_THROW(paint_layout(scene, Vocabulary(4)), InputError);
}

}  // namespace
}  // namespace lion::scenes
