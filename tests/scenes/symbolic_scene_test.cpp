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
std::vector<uint8_t> code_at(const Image& image, int64_t column, int64_t row, SceneCode code) {
  const CodeSpan span = code_span(code);
  std::vector<uint8_t> bytes;
  for (int64_t i = span.offset; i < span.offset + span.length; ++i) {
    const int64_t y = row * kSymbolCell + i / (kSymbolCell * 3);
    bytes.push_back(image.row(y)[column * kSymbolCell * 3 + i % (kSymbolCell * 3)]);
  }
  return bytes;
}

bool says(const Image& image, int64_t column, int64_t row, SceneCode code, std::string_view word) {
  std::vector<uint8_t> bytes;
  for (const float value : word_code(word, code_span(code).length)) {
    bytes.push_back(static_cast<uint8_t>(std::lround(127.5F + 127.5F * value)));
  }
  return code_at(image, column, row, code) == bytes;
}

/// The bytes of the codes of four corners, as fractions of the side.
std::vector<uint8_t> box_code(const PixelBox& box, double side) {
  std::vector<uint8_t> bytes;
  for (const double corner : {box.x0, box.y0, box.x1, box.y1}) {
    for (const float value : number_code(corner / side, code_span(SceneCode::kBox).length / 4)) {
      bytes.push_back(static_cast<uint8_t>(std::lround(127.5F + 127.5F * value)));
    }
  }
  return bytes;
}

TEST(SymbolicScene, CodesFitIntoACell) {
  const CodeSpan last = code_span(SceneCode::kBox);
  EXPECT_LE(last.offset + last.length, kSymbolCell * kSymbolCell * 3);
}

TEST(SymbolicScene, EveryObjectHasACellThatTellsItAndItsBox) {
  const Painter painter(SceneConfig{.sign_share = 0.3});
  for (uint64_t i = 0; i < 200; ++i) {
    const Scene scene = painter.plan(i);
    const Image image = paint_symbolic_scene(scene, painter.vocabulary());
    std::set<size_t> covered;
    for (int64_t row = 0; row < 8; ++row) {
      for (int64_t column = 0; column < 8; ++column) {
        if (says(image, column, row, SceneCode::kName, setting_words(scene.background.place).tag)) {
          continue;
        }
        bool found = false;
        for (size_t t = 0; t < scene.objects.size(); ++t) {
          const Object& object = scene.objects[t];
          if (code_at(image, column, row, SceneCode::kBox) !=
              box_code(object.box(), static_cast<double>(scene.size))) {
            continue;
          }
          // The object is there: its box meets the cell.
          EXPECT_LT(object.left, (column + 1) * kSymbolCell);
          EXPECT_GT(object.left + object.width, column * kSymbolCell);
          EXPECT_LT(object.top, (row + 1) * kSymbolCell);
          EXPECT_GT(object.top + object.height, row * kSymbolCell);
          EXPECT_TRUE(says(image, column, row, SceneCode::kName,
                           object.form == Form::kEmoji ? painter.vocabulary().name(object)
                           : object.form == Form::kShape
                               ? kShapes[static_cast<size_t>(object.shape)]
                               : "sign"));
          covered.insert(t);
          found = true;
        }
        EXPECT_TRUE(found);
      }
    }
    EXPECT_EQ(covered.size(), scene.objects.size()) << "scene " << i;
  }
}

TEST(SymbolicScene, OneCellOfEachObjectSaysHowManyOfItsNameThereAre) {
  const Painter painter(SceneConfig{.sign_share = 0.3, .copy_share = 0.5});
  for (uint64_t i = 0; i < 200; ++i) {
    const Scene scene = painter.plan(i);
    const Image image = paint_symbolic_scene(scene, painter.vocabulary());
    std::multiset<std::string> boxes;
    std::map<std::string, int> said;
    for (int64_t row = 0; row < 8; ++row) {
      for (int64_t column = 0; column < 8; ++column) {
        for (const std::string count : {"one", "two", "three", "four", "five"}) {
          if (!says(image, column, row, SceneCode::kCount, count)) continue;
          const std::vector<uint8_t> box = code_at(image, column, row, SceneCode::kBox);
          boxes.emplace(box.begin(), box.end());
          ++said[count];
        }
      }
    }
    EXPECT_EQ(boxes.size(), scene.objects.size()) << "scene " << i;
    EXPECT_EQ(std::set(boxes.begin(), boxes.end()).size(), scene.objects.size());
    std::map<std::string, int> there;
    const Facts facts(scene, painter.vocabulary());
    for (const Group& group : facts.groups()) {
      const auto count = static_cast<int64_t>(group.objects.size());
      there[number_word(count)] += static_cast<int>(count);
    }
    EXPECT_EQ(said, there) << "scene " << i;
  }
}

TEST(SymbolicScene, SignsSayTheirWordInSmallLetters) {
  const Painter painter(SceneConfig{.max_objects = 1, .sign_share = 1});
  const Scene scene = painter.plan(3);
  ASSERT_EQ(scene.objects.at(0).form, Form::kSign);
  const std::string& text = scene.objects[0].text;
  const Image image = paint_symbolic_scene(scene, painter.vocabulary());
  int cells = 0;
  for (int64_t row = 0; row < 8; ++row) {
    for (int64_t column = 0; column < 8; ++column) {
      cells += says(image, column, row, SceneCode::kText, lower_case(text));
    }
  }
  EXPECT_GT(cells, 0);
}

TEST(SymbolicScene, ReaderMakesOfACellWhatItsWordIs) {
  constexpr int64_t kWidth = 160, kLength = 128;
  const SymbolicPatches reader = symbolic_patches(kWidth, kLength);
  ASSERT_EQ(reader.weight.size(), static_cast<size_t>(kWidth * 3 * kSymbolCell * kSymbolCell));
  const Painter painter(SceneConfig{.max_objects = 1});
  for (uint64_t i = 0; i < 50; ++i) {
    const Scene scene = painter.plan(i);
    const Object& object = scene.objects.at(0);
    if (object.form != Form::kEmoji) continue;
    const Image image = paint_symbolic_scene(scene, painter.vocabulary());
    const int64_t left = (object.left + object.width / 2) / kSymbolCell * kSymbolCell;
    const int64_t top = (object.top + object.height / 2) / kSymbolCell * kSymbolCell;
    std::vector<float> chw(3 * kSymbolCell * kSymbolCell);
    normalize(crop(image, left, top, kSymbolCell, kSymbolCell), kClipNormalization, chw);
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
    EXPECT_GT(alike(painter.vocabulary().name(object)), 0.3) << "scene " << i;
    EXPECT_LT(std::abs(alike("umbrellas")), 0.3);
  }
}

TEST(SymbolicScene, RefusesOddSizes) {
  Scene scene;
  scene.size = 100;
  EXPECT_THROW(paint_symbolic_scene(scene, Vocabulary(4)), InputError);
}

}  // namespace
}  // namespace lion::scenes
