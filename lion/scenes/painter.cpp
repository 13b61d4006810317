#include "lion/scenes/painter.h"

#include <algorithm>
#include <cmath>

#include "lion/base/random.h"
#include "lion/scenes/background.h"
#include "lion/scenes/draw_scene.h"

namespace lion::scenes {
namespace {

SceneConfig checked(SceneConfig config) {
  config.validate();
  if (config.scale == 0) config.scale = static_cast<double>(config.size) / 128.0;
  return config;
}

/// One stream of random numbers per scene.
Random stream(const SceneConfig& config, uint64_t index) {
  uint64_t state = Random(config.seed).next();
  state = Random(state ^ static_cast<uint64_t>(config.split)).next();
  return Random(Random(state ^ index).next());
}

/// A soft dark ellipse where an object touches the ground.
void paint_shadow(Image& image, const Object& object) {
  const double rx = static_cast<double>(object.width) * 0.42;
  const double ry = std::max(1.5, static_cast<double>(object.height) * 0.08);
  const double cx = object.centre_x();
  const double cy = static_cast<double>(object.top + object.height) - ry * 0.4;
  const auto low = [](double v) { return std::max<int64_t>(0, static_cast<int64_t>(v)); };
  for (int64_t y = low(cy - ry); y < std::min(image.height, low(cy + ry + 1)); ++y) {
    const double dy = (static_cast<double>(y) + 0.5 - cy) / ry;
    for (int64_t x = low(cx - rx); x < std::min(image.width, low(cx + rx + 1)); ++x) {
      const double dx = (static_cast<double>(x) + 0.5 - cx) / rx;
      const double light = 1 - 0.3 * std::max(0.0, 1 - dx * dx - dy * dy);
      uint8_t* pixel = image.row(y) + x * 3;
      for (int c = 0; c < 3; ++c) pixel[c] = static_cast<uint8_t>(pixel[c] * light);
    }
  }
}

}  // namespace

void paint_sprite(Image& image, const Sprite& sprite, const Object& object) {
  const int64_t step = object.pose.mirrored ? -4 : 4;
  for (int64_t y = 0; y < sprite.height; ++y) {
    const uint8_t* from = sprite.row(y) + (object.pose.mirrored ? (sprite.width - 1) * 4 : 0);
    uint8_t* to = image.row(object.top + y) + object.left * 3;
    for (int64_t x = 0; x < sprite.width; ++x, from += step, to += 3) {
      const unsigned behind = 255u - from[3];
      for (int c = 0; c < 3; ++c) {
        // Exact division by 255 of a value below 65,536.
        const unsigned value = to[c] * behind + 128;
        to[c] = static_cast<uint8_t>(std::min(255u, from[c] + ((value + (value >> 8)) >> 8)));
      }
    }
  }
}

const std::vector<std::string>& sign_words() {
  static const std::vector<std::string> words = {
      "OPEN", "STOP", "SALE",  "ZOO",   "CAFE", "PARK", "TOYS", "EXIT", "FARM", "SHOP",
      "TAXI", "HOME", "FOOD",  "HELP",  "GO",   "SLOW", "FREE", "NEW",  "COLD", "HOT",
      "MILK", "TEA",  "BEACH", "BOOKS", "BUS",  "GYM",  "BANK", "POST", "MENU", "QUIET"};
  return words;
}

Painter::Painter(SceneConfig config)
    : config_(checked(std::move(config))),
      vocabulary_(std::make_shared<Vocabulary>(config_.kinds)),
      sprites_(std::make_shared<SpriteBook>(*vocabulary_, config_.scale)) {}

Painter Painter::with_split(Split split) const {
  Painter other = *this;
  other.config_.split = split;
  return other;
}

Painter Painter::with_sign_share(double sign_share) const {
  Painter other = *this;
  other.config_.sign_share = sign_share;
  other.config_.validate();
  return other;
}

Scene Painter::plan(uint64_t index) const {
  return draw_plan(config_, *vocabulary_, *sprites_, index, stream(config_, index));
}

Image Painter::paint(const Scene& scene) const {
  Image image{scene.size, scene.size, {}};
  image.rgb.resize(static_cast<size_t>(scene.size * scene.size * 3));
  paint_background(image, scene.background);
  const double level = horizon(scene.background) * static_cast<double>(scene.size);
  for (const Object& object : scene.objects) {
    if (static_cast<double>(object.top + object.height) > level) paint_shadow(image, object);
  }
  for (const Object& object : scene.objects) paint_sprite(image, *sprites_->sprite(object), object);
  return image;
}

}  // namespace lion::scenes
