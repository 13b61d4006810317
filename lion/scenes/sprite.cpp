#include "lion/scenes/sprite.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "lion/base/error.h"

namespace lion::scenes {
namespace {

constexpr size_t kPoses = kObjectSizes.size() * kTurns.size();
/// Beyond this many pixels per unit all sprites together would fill the memory.
constexpr double kLargestKeptScale = 2.0;

/// The part with alpha of at least kVisibleAlpha; the rest becomes transparent.
Sprite cropped(const Sprite& from) {
  int64_t x0 = from.width, y0 = from.height, x1 = 0, y1 = 0;
  for (int64_t y = 0; y < from.height; ++y) {
    for (int64_t x = 0; x < from.width; ++x) {
      if (from.row(y)[x * 4 + 3] < kVisibleAlpha) continue;
      x0 = std::min(x0, x);
      x1 = std::max(x1, x + 1);
      y0 = std::min(y0, y);
      y1 = std::max(y1, y + 1);
    }
  }
  LION_CHECK(x0 < x1, "an empty sprite.");
  Sprite to{x1 - x0, y1 - y0, {}};
  for (int64_t y = y0; y < y1; ++y) {
    to.rgba.insert(to.rgba.end(), from.row(y) + x0 * 4, from.row(y) + x1 * 4);
  }
  return to;
}

/// Means of 2 x 2 pixels; an odd last row or column is dropped.
Sprite halved(const Sprite& from) {
  Sprite to{from.width / 2, from.height / 2, {}};
  to.rgba.resize(static_cast<size_t>(to.width * to.height * 4));
  for (int64_t y = 0; y < to.height; ++y) {
    const uint8_t* a = from.row(2 * y);
    const uint8_t* b = from.row(2 * y + 1);
    for (int64_t i = 0; i < to.width * 4; ++i) {
      const int64_t x = i / 4 * 8 + i % 4;
      to.row(y)[i] = static_cast<uint8_t>((a[x] + a[x + 4] + b[x] + b[x + 4] + 2) / 4);
    }
  }
  return to;
}

Master make_master(const Sprite& image) {
  // A margin of one transparent pixel, so that edges stay soft when they are interpolated.
  const Sprite inner = cropped(image);
  Sprite padded{inner.width + 2, inner.height + 2, {}};
  padded.rgba.resize(static_cast<size_t>(padded.width * padded.height * 4));
  for (int64_t y = 0; y < inner.height; ++y) {
    std::copy_n(inner.row(y), inner.width * 4, padded.row(y + 1) + 4);
  }
  Master master;
  master.levels.push_back(std::move(padded));
  for (int level = 0; level < 2; ++level) master.levels.push_back(halved(master.levels.back()));
  return master;
}

/// Adds the bilinear value at (x, y), pixel centres at .5, to `sum`; nothing outside.
void add_sample(const Sprite& from, double x, double y, double* sum) {
  const double fx = std::floor(x - 0.5), fy = std::floor(y - 0.5);
  const double ax = x - 0.5 - fx, ay = y - 0.5 - fy;
  const int64_t ix = static_cast<int64_t>(fx), iy = static_cast<int64_t>(fy);
  for (int64_t dy = 0; dy < 2; ++dy) {
    if (iy + dy < 0 || iy + dy >= from.height) continue;
    for (int64_t dx = 0; dx < 2; ++dx) {
      if (ix + dx < 0 || ix + dx >= from.width) continue;
      const double weight = (dx ? ax : 1 - ax) * (dy ? ay : 1 - ay);
      const uint8_t* pixel = from.row(iy + dy) + (ix + dx) * 4;
      for (int c = 0; c < 4; ++c) sum[c] += weight * pixel[c];
    }
  }
}

/// The master with its longest side `side` pixels long, turned about its centre.
Sprite render(const Master& master, double side, const Rotation& turn) {
  const Sprite& full = master.levels.front();
  const double step = static_cast<double>(std::max(full.width, full.height) - 2) / side;
  size_t level = 0;
  while (level + 1 < master.levels.size() && step / static_cast<double>(2 << level) >= 0.9) ++level;
  const Sprite& from = master.levels[level];
  const double ratio = step / static_cast<double>(1 << level);
  const int64_t samples = ratio > 0.7 ? 2 : 1;

  const double w = static_cast<double>(full.width) / step,
               h = static_cast<double>(full.height) / step;
  const double s = std::abs(turn.sine), c = turn.cosine;
  Sprite to{static_cast<int64_t>(std::ceil(w * c + h * s)),
            static_cast<int64_t>(std::ceil(w * s + h * c)),
            {}};
  to.rgba.resize(static_cast<size_t>(to.width * to.height * 4));
  const double mid_x = static_cast<double>(full.width) / 2 / static_cast<double>(1 << level);
  const double mid_y = static_cast<double>(full.height) / 2 / static_cast<double>(1 << level);
  for (int64_t y = 0; y < to.height; ++y) {
    for (int64_t x = 0; x < to.width; ++x) {
      double sum[4] = {0, 0, 0, 0};
      for (int64_t i = 0; i < samples * samples; ++i) {
        const double dx = x + (i % samples + 0.5) / samples - static_cast<double>(to.width) / 2;
        const double dy = y + (i / samples + 0.5) / samples - static_cast<double>(to.height) / 2;
        add_sample(from, mid_x + ratio * (c * dx + turn.sine * dy),
                   mid_y + ratio * (c * dy - turn.sine * dx), sum);
      }
      uint8_t* pixel = to.row(y) + x * 4;
      for (int k = 0; k < 4; ++k) {
        pixel[k] = static_cast<uint8_t>(sum[k] / static_cast<double>(samples * samples) + 0.5);
      }
    }
  }
  return cropped(to);
}

std::vector<int64_t> sign_letter_sizes(double scale) {
  std::vector<int64_t> sizes;
  for (size_t i = 0; i < kObjectSizes.size(); ++i) {
    sizes.push_back(std::max<int64_t>(6, std::lround((10.0 + static_cast<double>(i)) * scale)));
  }
  return sizes;
}

/// A board in the colour of the sign with a frame and the text in dark letters.
Sprite make_sign(const LetterMask& text, const Color& board, double scale) {
  const int64_t frame = std::max<int64_t>(1, std::lround(2 * scale));
  const int64_t margin = frame + std::max<int64_t>(2, std::lround(4 * scale));
  Sprite sign{text.width + 2 * margin, text.height + 2 * margin, {}};
  sign.rgba.resize(static_cast<size_t>(sign.width * sign.height * 4));
  constexpr std::array<uint8_t, 3> kInk = {40, 36, 48};
  const std::array<uint8_t, 3> paper = {board.red, board.green, board.blue};
  for (int64_t y = 0; y < sign.height; ++y) {
    for (int64_t x = 0; x < sign.width; ++x) {
      const int64_t edge = std::min({x, y, sign.width - 1 - x, sign.height - 1 - y});
      const int64_t tx = x - margin, ty = y - margin;
      const bool on_text = tx >= 0 && ty >= 0 && tx < text.width && ty < text.height;
      const int ink = edge < frame ? 165 : on_text ? text.at(tx, ty) : 0;
      uint8_t* pixel = sign.row(y) + x * 4;
      for (size_t c = 0; c < 3; ++c) {
        pixel[c] = static_cast<uint8_t>((paper[c] * (255 - ink) + kInk[c] * ink + 127) / 255);
      }
      pixel[3] = 255;
    }
  }
  return sign;
}

}  // namespace

struct SpriteBook::Slot {
  std::once_flag made;
  std::shared_ptr<const Sprite> sprite;
};

SpriteBook::SpriteBook(const Vocabulary& vocabulary, double scale)
    : scale_(scale), kinds_(vocabulary.kinds().size()), lettering_(sign_letter_sizes(scale)) {
  for (const Sprite& image : load_emoji(find_emoji_font(), vocabulary.kinds())) {
    masters_.push_back(make_master(image));
  }
  for (size_t shape = 0; shape < kShapes.size(); ++shape) {
    for (const NamedColour& colour : kColours) {
      masters_.push_back(make_master(draw_shape(static_cast<Shape>(shape), colour.color)));
    }
  }
  if (scale <= kLargestKeptScale) slots_ = std::make_unique<Slot[]>(masters_.size() * kPoses);
}

SpriteBook::~SpriteBook() = default;

std::shared_ptr<const Sprite> SpriteBook::sprite(const Object& object) const {
  const auto size = static_cast<size_t>(object.pose.size);
  if (object.form == Form::kSign) {
    return std::make_shared<Sprite>(make_sign(lettering_.line(object.text, size),
                                              kColours.at(static_cast<size_t>(object.colour)).color,
                                              scale_));
  }
  const size_t image = object.form == Form::kEmoji
                           ? static_cast<size_t>(object.kind)
                           : kinds_ + static_cast<size_t>(object.shape) * kColours.size() +
                                 static_cast<size_t>(object.colour);
  const auto make = [&] {
    return std::make_shared<const Sprite>(
        render(masters_.at(image), static_cast<double>(kObjectSizes.at(size)) * scale_,
               kTurns.at(static_cast<size_t>(object.pose.turn))));
  };
  if (!slots_) return make();
  Slot& slot =
      slots_[image * kPoses + size * kTurns.size() + static_cast<size_t>(object.pose.turn)];
  std::call_once(slot.made, [&] { slot.sprite = make(); });
  return slot.sprite;
}

}  // namespace lion::scenes
