// Plain shapes: a filled form with an outline in a darker tone, so that white ones show on snow.
#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "lion/scenes/sprite.h"

namespace lion::scenes {
namespace {

struct Point {
  double x, y;
};

// Corners in a square from -1 to 1, y down.
constexpr std::array<Point, 4> kSquareCorners = {
    {{-.92, -.92}, {.92, -.92}, {.92, .92}, {-.92, .92}}};
constexpr std::array<Point, 3> kTriangleCorners = {{{0, -.9}, {.98, .85}, {-.98, .85}}};
constexpr std::array<Point, 4> kDiamondCorners = {{{0, -.98}, {.72, 0}, {0, .98}, {-.72, 0}}};
// Outer radius 1 and inner radius 0.45 in turn, every 36 degrees from the top.
constexpr std::array<Point, 10> kStarCorners = {{{0, -1},
                                                 {.2645, -.3641},
                                                 {.9511, -.3090},
                                                 {.4280, .1391},
                                                 {.5878, .8090},
                                                 {0, .45},
                                                 {-.5878, .8090},
                                                 {-.4280, .1391},
                                                 {-.9511, -.3090},
                                                 {-.2645, -.3641}}};

bool in_polygon(std::span<const Point> corners, Point p) {
  bool inside = false;
  for (size_t i = 0, j = corners.size() - 1; i < corners.size(); j = i++) {
    const Point a = corners[i], b = corners[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < (b.x - a.x) * (p.y - a.y) / (b.y - a.y) + a.x) {
      inside = !inside;
    }
  }
  return inside;
}

/// The curve (x^2 + y^2 - 1)^3 = x^2 y^3, upside down and fitted into the square.
bool in_heart(Point p) {
  const double x = p.x * 1.16, y = -p.y * 1.12 + 0.12;
  const double a = x * x + y * y - 1;
  return a * a * a <= x * x * y * y * y;
}

bool inside(Shape shape, Point p) {
  switch (shape) {
    case Shape::kCircle:
      return p.x * p.x + p.y * p.y <= 0.95;
    case Shape::kSquare:
      return in_polygon(kSquareCorners, p);
    case Shape::kTriangle:
      return in_polygon(kTriangleCorners, p);
    case Shape::kStar:
      return in_polygon(kStarCorners, p);
    case Shape::kHeart:
      return in_heart(p);
    case Shape::kDiamond:
      return in_polygon(kDiamondCorners, p);
  }
  return false;
}

}  // namespace

Sprite draw_shape(Shape shape, const Color& color) {
  constexpr int64_t kSide = 128, kSamples = 4;
  constexpr double kOutline = 0.86;  // the inner form, relative to the outer one
  constexpr double kShade = 0.6;     // brightness of the outline
  Sprite sprite{kSide, kSide, std::vector<uint8_t>(kSide * kSide * 4)};
  const std::array<uint8_t, 3> fill = {color.red, color.green, color.blue};
  for (int64_t y = 0; y < kSide; ++y) {
    for (int64_t x = 0; x < kSide; ++x) {
      int outer = 0, inner = 0;
      for (int64_t s = 0; s < kSamples * kSamples; ++s) {
        const Point p = {(x + (s % kSamples + 0.5) / kSamples) * 2.0 / kSide - 1,
                         (y + (s / kSamples + 0.5) / kSamples) * 2.0 / kSide - 1};
        outer += inside(shape, p);
        inner += inside(shape, {p.x / kOutline, p.y / kOutline});
      }
      inner = std::min(inner, outer);
      uint8_t* to = sprite.row(y) + x * 4;
      for (size_t c = 0; c < 3; ++c) {
        const double light = fill[c] * (inner + kShade * (outer - inner));
        to[c] = static_cast<uint8_t>(std::lround(light / (kSamples * kSamples)));
      }
      to[3] = static_cast<uint8_t>(255 * outer / (kSamples * kSamples));
    }
  }
  return sprite;
}

}  // namespace lion::scenes
