#include "lion/scenes/symbolic_scene.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/image/normalize.h"
#include "lion/scenes/facts.h"
#include "lion/scenes/words.h"
#include "lion/text/word_code.h"

namespace lion::scenes {
namespace {

constexpr uint8_t kNothing = 128;
constexpr double kCovered = 0.2;
constexpr int64_t kCellBytes = kSymbolCell * kSymbolCell * 3;
constexpr int64_t kCornerBytes = 96;

using Cell = std::array<uint8_t, kCellBytes>;

void put_code(Cell& cell, int64_t offset, const std::vector<float>& code) {
  std::ranges::transform(code, cell.begin() + offset, [](float value) {
    return static_cast<uint8_t>(std::lround(127.5F + 127.5F * value));
  });
}

/// Where the code of a corner begins: x0, y0, x1, y1.
int64_t corner_offset(int64_t corner) {
  return code_span(SceneCode::kBox).offset + corner * kCornerBytes;
}

void say(Cell& cell, SceneCode code, std::string_view word) {
  const CodeSpan span = code_span(code);
  put_code(cell, span.offset, word_code(word, span.length));
}

/// `value` is 0..1.
void say_number(Cell& cell, int64_t corner, double value) {
  put_code(cell, corner_offset(corner), number_code(value, kCornerBytes));
}

Cell cell_of(const Object& object, int64_t side, const Vocabulary& vocabulary) {
  Cell cell;
  cell.fill(kNothing);
  switch (object.form) {
    case Form::kEmoji:
      say(cell, SceneCode::kName, vocabulary.name(object));
      break;
    case Form::kShape:
      say(cell, SceneCode::kName, kShapes.at(static_cast<size_t>(object.shape)));
      break;
    case Form::kSign:
      say(cell, SceneCode::kName, "sign");
      say(cell, SceneCode::kText, lower_case(object.text));
      break;
  }
  if (object.form != Form::kEmoji) {
    say(cell, SceneCode::kColour, kColours.at(static_cast<size_t>(object.colour)).name);
  }
  const PixelBox box = object.box();
  const std::array<double, 4> corners = {box.x0, box.y0, box.x1, box.y1};
  for (size_t i = 0; i < corners.size(); ++i) {
    say_number(cell, static_cast<int64_t>(i), corners[i] / static_cast<double>(side));
  }
  return cell;
}

/// Which part of the cell at pixel (x, y) the object's box covers.
double cover(const Object& object, int64_t x, int64_t y) {
  const auto shared = [](int64_t from, int64_t size, int64_t cell) {
    return static_cast<double>(std::min(from + size, cell + kSymbolCell) - std::max(from, cell));
  };
  return std::max(0.0, shared(object.left, object.width, x)) *
         std::max(0.0, shared(object.top, object.height, y)) /
         static_cast<double>(kSymbolCell * kSymbolCell);
}

/// The object that the cell at pixel (x, y) tells of.
std::optional<size_t> frontmost(const Scene& scene, int64_t x, int64_t y) {
  for (size_t i = scene.objects.size(); i-- > 0;) {
    if (cover(scene.objects[i], x, y) >= kCovered) return i;
  }
  return std::nullopt;
}

struct CellPosition {
  int64_t x = -1, y = -1;  ///< pixels
};

/// For each object, of the cells that tell of it the one whose middle is nearest to the object's.
std::vector<CellPosition> nearest_to_middles(const Scene& scene) {
  std::vector<CellPosition> nearest(scene.objects.size());
  std::vector<double> distances(scene.objects.size(), std::numeric_limits<double>::infinity());
  for (int64_t y = 0; y < scene.size; y += kSymbolCell) {
    for (int64_t x = 0; x < scene.size; x += kSymbolCell) {
      const std::optional<size_t> object = frontmost(scene, x, y);
      if (!object) continue;
      const double half = static_cast<double>(kSymbolCell) / 2;
      const double distance =
          std::hypot(static_cast<double>(x) + half - scene.objects[*object].centre_x(),
                     static_cast<double>(y) + half - scene.objects[*object].centre_y());
      if (distance >= distances[*object]) continue;
      distances[*object] = distance;
      nearest[*object] = {x, y};
    }
  }
  return nearest;
}

void put(Image& image, const Cell& cell, int64_t x, int64_t y) {
  constexpr int64_t kRowBytes = kSymbolCell * 3;
  for (int64_t i = 0; i < kSymbolCell; ++i) {
    std::copy_n(cell.begin() + i * kRowBytes, kRowBytes, image.row(y + i) + x * 3);
  }
}

}  // namespace

CodeSpan code_span(SceneCode code) {
  switch (code) {
    case SceneCode::kName:
      return {0, 128};
    case SceneCode::kCount:
      return {128, 64};
    case SceneCode::kColour:
      return {192, 96};
    case SceneCode::kText:
      return {288, 96};
    case SceneCode::kBox:
      return {384, 4 * kCornerBytes};
  }
  throw InternalError("code_span: unknown code.");
}

SymbolicPatches symbolic_patches(int64_t width, int64_t code_length) {
  constexpr int64_t kArea = kSymbolCell * kSymbolCell;
  SymbolicPatches reader{std::vector<float>(static_cast<size_t>(width * kCellBytes), 0),
                         std::vector<float>(static_cast<size_t>(width), 0)};
  const auto read = [&](int64_t byte, int64_t output) {
    // A pixel is ((code + 1) / 2 - mean) / std.
    const auto channel = static_cast<size_t>(byte % 3);
    const float mean = kClipNormalization.mean.at(channel),
                std = kClipNormalization.std.at(channel);
    reader.weight.at(static_cast<size_t>(output * kCellBytes + byte % 3 * kArea + byte / 3)) =
        2 * std;
    reader.bias.at(static_cast<size_t>(output)) += 2 * mean - 1;
  };
  for (const SceneCode code :
       {SceneCode::kName, SceneCode::kCount, SceneCode::kColour, SceneCode::kText}) {
    const CodeSpan span = code_span(code);
    for (int64_t i = 0; i < std::min(span.length, code_length); ++i) read(span.offset + i, i);
  }
  for (int64_t corner = 0; corner < 4; ++corner) {
    for (int64_t i = 0; i < std::min(kCornerBytes, code_length); ++i) {
      read(corner_offset(corner) + i, (i + corner * code_length / 4) % code_length);
    }
  }
  return reader;
}

Image paint_symbolic_scene(const Scene& scene, const Vocabulary& vocabulary) {
  if (scene.size % kSymbolCell != 0) {
    throw InputError(str("scenes: a symbolic scene has cells of ", kSymbolCell,
                         " pixels (got a \"size\" of ", scene.size, "). Choose a multiple."));
  }
  Cell place;
  place.fill(kNothing);
  say(place, SceneCode::kName, setting_words(scene.background.place).tag);
  std::vector<Cell> cells;
  for (const Object& object : scene.objects)
    cells.push_back(cell_of(object, scene.size, vocabulary));
  const Facts facts(scene, vocabulary);
  const std::vector<CellPosition> nearest = nearest_to_middles(scene);
  Image image = Image::black(scene.size, scene.size);
  for (int64_t y = 0; y < scene.size; y += kSymbolCell) {
    for (int64_t x = 0; x < scene.size; x += kSymbolCell) {
      const std::optional<size_t> object = frontmost(scene, x, y);
      Cell cell = object ? cells[*object] : place;
      if (object && nearest[*object].x == x && nearest[*object].y == y) {
        say(cell, SceneCode::kCount,
            number_word(static_cast<int64_t>(facts.group(*object).objects.size())));
      }
      put(image, cell, x, y);
    }
  }
  return image;
}

}  // namespace lion::scenes
