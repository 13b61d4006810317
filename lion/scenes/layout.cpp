#include "lion/scenes/layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <span>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/scenes/painter.h"

namespace lion::scenes {
namespace {

constexpr uint8_t kOff = 128;
constexpr uint8_t kOn = 255;
constexpr int64_t kBumpBytes = 24;
constexpr double kCovered = 0.2;
constexpr int64_t kCellBytes = kLayoutCell * kLayoutCell * 3;

/// Bytes of each code, in the order of LayoutCode.
const std::array<int64_t, 9>& lengths() {
  static const std::array<int64_t, 9> all = {kMaxKinds,
                                             std::ssize(kShapes),
                                             std::ssize(kColours),
                                             1,
                                             std::ssize(sign_words()),
                                             10,
                                             10,
                                             static_cast<int64_t>(kPlaceCount),
                                             4 * kBumpBytes};
  return all;
}

using Cell = std::array<uint8_t, kCellBytes>;

void say(Cell& cell, LayoutCode code, int64_t entry) {
  const LayoutSpan span = layout_span(code);
  LION_CHECK(entry >= 0 && entry < span.length, "entry ", entry);
  cell[static_cast<size_t>(span.offset + entry)] = kOn;
}

/// A smooth bump around `value` (0..1), so that near values look alike.
void say_number(Cell& cell, int64_t corner, double value) {
  const int64_t first = layout_span(LayoutCode::kBox).offset + corner * kBumpBytes;
  for (int64_t i = 0; i < kBumpBytes; ++i) {
    const double distance = value * (kBumpBytes - 1) - static_cast<double>(i);
    cell[static_cast<size_t>(first + i)] =
        static_cast<uint8_t>(std::lround(kOff + (kOn - kOff) * std::exp(-distance * distance / 2)));
  }
}

void say_text(Cell& cell, const std::string& text) {
  const auto& words = sign_words();
  if (const auto it = std::find(words.begin(), words.end(), text); it != words.end()) {
    say(cell, LayoutCode::kWord, it - words.begin());
    return;
  }
  if (text.size() == 2) say(cell, LayoutCode::kTens, text.front() - '0');
  say(cell, LayoutCode::kOnes, text.back() - '0');
}

Cell cell_of(const Thing& thing, int64_t side) {
  Cell cell;
  cell.fill(kOff);
  if (thing.form == Form::kEmoji) say(cell, LayoutCode::kKind, thing.kind);
  if (thing.form == Form::kShape) say(cell, LayoutCode::kShape, thing.shape);
  if (thing.form != Form::kEmoji) say(cell, LayoutCode::kColour, thing.colour);
  if (thing.form == Form::kSign) {
    say(cell, LayoutCode::kSign, 0);
    say_text(cell, thing.text);
  }
  const PixelBox box = thing.box();
  const std::array<double, 4> corners = {box.x0, box.y0, box.x1, box.y1};
  for (size_t i = 0; i < corners.size(); ++i) {
    say_number(cell, static_cast<int64_t>(i), corners[i] / static_cast<double>(side));
  }
  return cell;
}

/// Which part of the cell at pixel (x, y) the thing's box covers.
double cover(const Thing& thing, int64_t x, int64_t y) {
  const auto shared = [](int64_t from, int64_t size, int64_t cell) {
    return static_cast<double>(std::min(from + size, cell + kLayoutCell) - std::max(from, cell));
  };
  return std::max(0.0, shared(thing.left, thing.width, x)) *
         std::max(0.0, shared(thing.top, thing.height, y)) /
         static_cast<double>(kLayoutCell * kLayoutCell);
}

void put(Image& image, const Cell& cell, int64_t x, int64_t y) {
  constexpr int64_t kRowBytes = kLayoutCell * 3;
  for (int64_t i = 0; i < kLayoutCell; ++i) {
    std::copy_n(cell.begin() + i * kRowBytes, kRowBytes, image.row(y + i) + x * 3);
  }
}

}  // namespace

LayoutSpan layout_span(LayoutCode code) {
  const auto& all = lengths();
  const auto index = static_cast<size_t>(code);
  return {std::accumulate(all.begin(), all.begin() + static_cast<int64_t>(index), int64_t{0}),
          all[index]};
}

Image paint_layout(const Scene& scene) {
  if (scene.size % kLayoutCell != 0) {
    throw InputError(str("scenes: a layout has cells of ", kLayoutCell,
                         " pixels (got a \"size\" of ", scene.size, "). Choose a multiple."));
  }
  Cell place;
  place.fill(kOff);
  say(place, LayoutCode::kPlace, static_cast<int64_t>(scene.background.place));
  Image image = Image::black(scene.size, scene.size);
  for (int64_t y = 0; y < scene.size; y += kLayoutCell) {
    for (int64_t x = 0; x < scene.size; x += kLayoutCell) {
      const auto front =
          std::find_if(scene.things.rbegin(), scene.things.rend(),
                       [&](const Thing& thing) { return cover(thing, x, y) >= kCovered; });
      put(image, front == scene.things.rend() ? place : cell_of(*front, scene.size), x, y);
    }
  }
  return image;
}

}  // namespace lion::scenes
