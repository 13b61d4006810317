#include "lion/scenes/background.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "lion/base/random.h"
#include "lion/image/draw.h"
#include "lion/scenes/vocabulary.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

constexpr std::array<Color, 12> kPastels = {{{255, 228, 225},
                                             {226, 240, 255},
                                             {232, 248, 228},
                                             {255, 246, 214},
                                             {240, 230, 252},
                                             {222, 245, 243},
                                             {255, 234, 210},
                                             {250, 226, 240},
                                             {236, 244, 208},
                                             {214, 230, 246},
                                             {252, 240, 232},
                                             {228, 222, 244}}};

/// Colours of a place outdoors, top to bottom.
struct Land {
  Color sky_top, sky_low, far, near_top, near_low;
};

const Land& land_of(Setting place) {
  static constexpr Land kMeadowLand = {
      {150, 205, 245}, {226, 242, 252}, {168, 214, 148}, {146, 206, 120}, {118, 184, 96}};
  static constexpr Land kBeachLand = {
      {146, 206, 246}, {222, 242, 252}, {110, 196, 220}, {248, 226, 170}, {238, 206, 144}};
  static constexpr Land kSeaLand = {
      {170, 214, 246}, {236, 244, 250}, {96, 170, 214}, {96, 172, 218}, {58, 128, 186}};
  static constexpr Land kDesertLand = {
      {250, 206, 160}, {254, 238, 212}, {226, 180, 124}, {238, 196, 138}, {220, 166, 104}};
  static constexpr Land kSnowLand = {
      {182, 206, 232}, {230, 238, 248}, {214, 226, 240}, {248, 251, 255}, {222, 232, 244}};
  static constexpr Land kNightLand = {
      {52, 62, 118}, {104, 108, 164}, {76, 96, 128}, {66, 104, 108}, {50, 82, 90}};
  switch (place) {
    case Setting::kBeach:
      return kBeachLand;
    case Setting::kSea:
      return kSeaLand;
    case Setting::kDesert:
      return kDesertLand;
    case Setting::kSnow:
      return kSnowLand;
    case Setting::kNight:
      return kNightLand;
    default:
      return kMeadowLand;
  }
}

uint8_t byte(double value) { return static_cast<uint8_t>(std::clamp(value, 0.0, 255.0) + 0.5); }

Color mixed(Color a, Color b, double t) {
  return {byte(a.red + (b.red - a.red) * t), byte(a.green + (b.green - a.green) * t),
          byte(a.blue + (b.blue - a.blue) * t)};
}

Color dimmed(Color c, double by) {
  return {byte(c.red * by), byte(c.green * by), byte(c.blue * by)};
}

/// Moves each channel by up to `by`, so that no two meadows have the same green.
Color varied(Color c, Random& random, double by) {
  const auto move = [&](uint8_t v) { return byte(v + (random.uniform() * 2 - 1) * by); };
  const uint8_t red = move(c.red), green = move(c.green);
  return {red, green, move(c.blue)};
}

/// A colour per row, from `a` at row `from` to `b` at row `to`.
std::vector<Color> gradient(Color a, Color b, int64_t height, double from, double to) {
  std::vector<Color> rows(static_cast<size_t>(height));
  for (int64_t y = 0; y < height; ++y) {
    const double t = std::clamp((static_cast<double>(y) - from) / std::max(1.0, to - from), 0., 1.);
    rows[static_cast<size_t>(y)] = mixed(a, b, t);
  }
  return rows;
}

void put(uint8_t* pixel, Color c) {
  pixel[0] = c.red;
  pixel[1] = c.green;
  pixel[2] = c.blue;
}

void fill_row(uint8_t* row, int64_t from, int64_t to, Color c) {
  for (int64_t x = from; x < to; ++x) put(row + x * 3, c);
}

/// A smooth wave of period 2 made of parabolas, -1 to 1: a sine that is the same everywhere.
double wave(double t) {
  t -= 2 * std::floor(t / 2);
  return t < 1 ? 4 * t * (1 - t) : -4 * (t - 1) * (2 - t);
}

/// Rows where the ground begins in each column.
std::vector<int64_t> hills(int64_t size, double level, double height, Random& random) {
  const double phase = random.uniform() * 2, period = 0.5 + random.uniform() * 0.6;
  const double fine = random.uniform() * 2;
  std::vector<int64_t> rows(static_cast<size_t>(size));
  for (int64_t x = 0; x < size; ++x) {
    const double t = static_cast<double>(x) / static_cast<double>(size);
    const double up = 0.75 * wave(phase + t / period) + 0.25 * wave(fine + t / (period * 0.4));
    rows[static_cast<size_t>(x)] = std::clamp<int64_t>(
        std::lround((level - height * up) * static_cast<double>(size)), 0, size);
  }
  return rows;
}

/// Light specks: stars, flowers, grains of sand.
void specks(Image& image, Random& random, int64_t top, int64_t bottom, int64_t count,
            double light) {
  if (bottom <= top) return;
  const int64_t side = std::max<int64_t>(1, image.width / 110);
  for (int64_t i = 0; i < count; ++i) {
    const auto x0 = static_cast<int64_t>(random.below(static_cast<uint64_t>(image.width)));
    const auto y0 = top + static_cast<int64_t>(random.below(static_cast<uint64_t>(bottom - top)));
    for (int64_t y = y0; y < std::min(y0 + side, image.height); ++y) {
      for (int64_t x = x0; x < std::min(x0 + side, image.width); ++x) {
        uint8_t* p = image.row(y) + x * 3;
        put(p, mixed({p[0], p[1], p[2]}, {255, 255, 255}, light));
      }
    }
  }
}

/// Pale dashes on the water.
void ripples(Image& image, Random& random, int64_t top, int64_t bottom) {
  const int64_t length = image.width / 10;
  const int64_t thick = std::max<int64_t>(1, image.width / 128);
  for (int64_t y = top + thick * 3; y + thick <= bottom; y += thick * 7) {
    const auto shift = static_cast<int64_t>(random.below(static_cast<uint64_t>(length) * 3 + 1));
    for (int64_t row = y; row < y + thick; ++row) {
      for (int64_t x = 0; x < image.width; ++x) {
        if ((x + shift) / std::max<int64_t>(1, length) % 3 != 0) continue;
        uint8_t* p = image.row(row) + x * 3;
        put(p, mixed({p[0], p[1], p[2]}, {255, 255, 255}, 0.25));
      }
    }
  }
}

void paint_land(Image& image, const Background& background) {
  Random random(background.look);
  const int64_t size = image.height;
  const double level = horizon(background) * static_cast<double>(size);
  const Setting place = background.place;
  const Land& land = land_of(place);
  const bool flat = place == Setting::kSea || place == Setting::kBeach;
  const Color tint = varied(land.near_top, random, 10);
  const auto sky = gradient(varied(land.sky_top, random, 12), land.sky_low, size, 0, level);
  const auto ground = gradient(tint, land.near_low, size, level, static_cast<double>(size));
  const auto far = hills(size, horizon(background) - (flat ? 0.0 : 0.03), flat ? 0 : 0.06, random);
  const auto near = hills(size, horizon(background) + (place == Setting::kBeach ? 0.14 : 0.05),
                          place == Setting::kSea ? 0 : 0.03, random);
  for (int64_t y = 0; y < size; ++y) {
    uint8_t* pixel = image.row(y);
    const auto row = static_cast<size_t>(y);
    const Color above = sky[row], below = ground[row];
    for (size_t x = 0; x < static_cast<size_t>(image.width); ++x, pixel += 3) {
      put(pixel, y >= near[x] ? below : y >= far[x] ? land.far : above);
    }
  }
  const auto top = static_cast<int64_t>(level);
  if (place == Setting::kNight) specks(image, random, 0, top * 3 / 4, 26, 0.7);
  if (place == Setting::kSea) ripples(image, random, top, size);
  if (place == Setting::kBeach)
    ripples(image, random, top, static_cast<int64_t>(level + 0.09 * size));
  if (place == Setting::kMeadow || place == Setting::kBeach || place == Setting::kSnow) {
    specks(image, random, static_cast<int64_t>(level + 0.17 * size), size, 30, 0.35);
  }
}

void paint_room(Image& image, const Background& background) {
  Random random(background.look);
  const int64_t size = image.height;
  const auto level = static_cast<int64_t>(horizon(background) * static_cast<double>(size));
  const Color wall = pick(kPastels, random);
  const Color paper = dimmed(wall, 0.97);
  const Color floor = varied({222, 186, 148}, random, 18);
  const int64_t stripe = std::max<int64_t>(2, size / static_cast<int64_t>(8 + random.below(6)));
  const int64_t board = std::max<int64_t>(3, size / 14);
  const int64_t skirting = std::max<int64_t>(2, size / 40);
  for (int64_t y = 0; y < size; ++y) {
    uint8_t* row = image.row(y);
    if (y >= level) {
      fill_row(row, 0, image.width, dimmed(floor, (y - level) % board == 0 ? 0.88 : 1.0));
    } else if (y >= level - skirting) {
      fill_row(row, 0, image.width, {250, 248, 244});
    } else {
      for (int64_t x = 0; x < image.width; ++x) {
        put(row + x * 3, x / stripe % 2 == 0 ? wall : paper);
      }
    }
  }
}

void paint_plain(Image& image, const Background& background) {
  Random random(background.look);
  const Color a = pick(kPastels, random);
  const Color b = chance(random, 0.4) ? a : pick(kPastels, random);
  const bool turned = chance(random, 0.5);
  const auto colours = gradient(a, b, image.height, 0, static_cast<double>(image.height));
  for (int64_t y = 0; y < image.height; ++y) {
    uint8_t* row = image.row(y);
    for (int64_t x = 0; x < image.width; ++x) {
      put(row + x * 3, colours[static_cast<size_t>(turned ? (x + y) / 2 : y)]);
    }
  }
}

void paint_dots(Image& image, const Background& background) {
  Random random(background.look);
  const Color paper = pick(kPastels, random);
  const Color dot =
      mixed(paper, chance(random, 0.5) ? Color{255, 255, 255} : dimmed(paper, 0.86), 0.8);
  const int64_t period =
      std::max<int64_t>(4, image.width / static_cast<int64_t>(6 + random.below(5)));
  const int64_t radius = std::max<int64_t>(1, period / static_cast<int64_t>(4 + random.below(2)));
  for (int64_t y = 0; y < image.height; ++y) {
    uint8_t* row = image.row(y);
    const int64_t dy = y % period - period / 2;
    const int64_t shift = y / period % 2 == 0 ? 0 : period / 2;
    for (int64_t x = 0; x < image.width; ++x) {
      const int64_t dx = (x + shift) % period - period / 2;
      put(row + x * 3, dx * dx + dy * dy <= radius * radius ? dot : paper);
    }
  }
}

void paint_stripes(Image& image, const Background& background) {
  Random random(background.look);
  const Color a = pick(kPastels, random);
  const Color b = chance(random, 0.5) ? mixed(a, {255, 255, 255}, 0.7) : dimmed(a, 0.92);
  const int64_t width =
      std::max<int64_t>(2, image.width / static_cast<int64_t>(7 + random.below(8)));
  const int64_t slant = static_cast<int64_t>(random.below(3));  // across, slanted, steep
  for (int64_t y = 0; y < image.height; ++y) {
    uint8_t* row = image.row(y);
    for (int64_t x = 0; x < image.width; ++x) {
      put(row + x * 3, (slant == 0 ? y : slant == 1 ? x + y : x) / width % 2 == 0 ? a : b);
    }
  }
}

/// Grain of paper: small even noise from a fixed tile.
void add_grain(Image& image, uint64_t look) {
  constexpr size_t kTile = 1 << 14;
  static const std::array<int8_t, kTile* 2> tile = [] {
    std::array<int8_t, kTile * 2> values{};
    Random random(7);
    for (size_t i = 0; i < kTile; ++i) {
      values[i] = values[i + kTile] = static_cast<int8_t>(random.below(7)) - 3;
    }
    return values;
  }();
  Random random(look ^ 0x677261696eu);
  const int strength = static_cast<int>(random.below(3));
  if (strength == 0) return;
  const int64_t bytes = image.width * 3;
  for (int64_t y = 0; y < image.height; ++y) {
    uint8_t* row = image.row(y);
    const int8_t* grain = tile.data() + random.below(kTile);
    for (int64_t done = 0; done < bytes; done += static_cast<int64_t>(kTile)) {
      const int64_t n = std::min(bytes - done, static_cast<int64_t>(kTile));
      for (int64_t i = 0; i < n; ++i) {
        const int value = row[done + i] + grain[i] * strength;
        row[done + i] = static_cast<uint8_t>(std::clamp(value, 0, 255));
      }
    }
  }
}

}  // namespace

double horizon(const Background& background) {
  const bool ground =
      setting_words(background.place).outdoors || background.place == Setting::kRoom;
  if (!ground) return 1.0;
  Random random(background.look ^ 0x686f72697a6f6eu);
  const double room = background.place == Setting::kRoom ? 0.16 : 0.0;
  return 0.42 + room + random.uniform() * 0.14;
}

void paint_background(Image& image, const Background& background) {
  if (setting_words(background.place).outdoors) {
    paint_land(image, background);
  } else if (background.place == Setting::kRoom) {
    paint_room(image, background);
  } else if (background.place == Setting::kDots) {
    paint_dots(image, background);
  } else if (background.place == Setting::kStripes) {
    paint_stripes(image, background);
  } else {
    paint_plain(image, background);
  }
  add_grain(image, background.look);
}

}  // namespace lion::scenes
