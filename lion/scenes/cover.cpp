#include "lion/scenes/cover.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "lion/base/random.h"
#include "lion/base/str.h"
#include "lion/scenes/background.h"
#include "lion/scenes/words.h"

namespace lion::scenes {
namespace {

constexpr std::array<std::string_view, 12> kAdjectives = {"Happy",  "Little", "Brave", "Lost",
                                                          "Secret", "Golden", "Lazy",  "Magic",
                                                          "Old",    "New",    "Quiet", "Lucky"};
constexpr std::array<std::string_view, 12> kFirstNames = {"Ann", "Ben", "Eva", "Tom", "Mia", "Leo",
                                                          "Ida", "Max", "Zoe", "Sam", "Joy", "Kim"};
constexpr std::array<std::string_view, 12> kLastNames = {"Reed",  "Hill", "Stone", "Frost",
                                                         "Wood",  "Lake", "Field", "Marsh",
                                                         "Brook", "Dale", "Ford",  "Grant"};

std::vector<int64_t> letter_sizes(double scale) {
  const auto size = [&](double units) { return std::max<int64_t>(6, std::lround(units * scale)); };
  return {size(15), size(11)};
}
constexpr size_t kTitleSize = 0, kAuthorSize = 1;

/// Words of `text` in capitals, in lines that are at most `width` pixels wide where words allow it.
std::vector<LetterMask> wrapped(const Lettering& letters, const std::string& text, int64_t width) {
  std::vector<LetterMask> lines;
  std::string line;
  for (const std::string& word : split(text, ' ')) {
    const std::string longer = line.empty() ? word : str(line, " ", word);
    if (!line.empty() && letters.line(longer, kTitleSize).width > width) {
      lines.push_back(letters.line(line, kTitleSize));
      line = word;
    } else {
      line = longer;
    }
  }
  lines.push_back(letters.line(line, kTitleSize));
  return lines;
}

void paint_line(Image& image, const LetterMask& line, int64_t top) {
  constexpr int kInk = 48;
  const int64_t left = std::max<int64_t>(0, (image.width - line.width) / 2);
  for (int64_t y = 0; y < line.height && top + y < image.height; ++y) {
    for (int64_t x = 0; x < line.width && left + x < image.width; ++x) {
      const int ink = line.at(x, y);
      uint8_t* pixel = image.row(top + y) + (left + x) * 3;
      for (int c = 0; c < 3; ++c) {
        pixel[c] = static_cast<uint8_t>((pixel[c] * (255 - ink) + kInk * ink) / 255);
      }
    }
  }
}

}  // namespace

const std::vector<std::string>& CoverPainter::genres() {
  static const std::vector<std::string> genres = {"Animals", "Cooking", "Travel",      "Gardening",
                                                  "Crafts",  "Home",    "Fashion",     "Music",
                                                  "Games",   "Science", "Architecture"};
  return genres;
}

CoverPainter::CoverPainter(Painter painter)
    : painter_(std::move(painter)), lettering_(letter_sizes(painter_.config().scale)) {}

Cover CoverPainter::plan(uint64_t index) const {
  const SceneConfig& config = painter_.config();
  const uint64_t base = Random(config.seed ^ 0x636f766572u).next();
  Random random(Random(base + index).next() ^ static_cast<uint64_t>(config.split));
  Cover cover;
  const std::vector<Kind>& kinds = painter_.vocabulary().kinds();
  cover.kind = static_cast<int64_t>(random.below(kinds.size()));
  const Kind& kind = kinds[static_cast<size_t>(cover.kind)];
  cover.title = str("The ", pick(kAdjectives, random));
  for (const std::string& word : split(kind.name, ' ')) {
    cover.title += str(" ", capitalized(word));
  }
  cover.author = str(pick(kFirstNames, random), " ", pick(kLastNames, random));
  cover.genre = genres().at(static_cast<size_t>(kind.category));
  cover.look = random.next();
  return cover;
}

Image CoverPainter::paint(const Cover& cover) const {
  const int64_t size = painter_.config().size;
  Image image = Image::black(size, size);
  paint_background(image, {Setting::kPlain, cover.look});
  const int64_t margin = std::max<int64_t>(1, size / 20);
  int64_t top = margin;
  for (const LetterMask& line : wrapped(lettering_, cover.title, size - 2 * margin)) {
    paint_line(image, line, top);
    top += line.height + margin;
  }
  const LetterMask author = lettering_.line(cover.author, kAuthorSize);
  const int64_t bottom = size - margin - author.height;
  paint_line(image, author, std::max<int64_t>(0, bottom));
  Object object;
  object.kind = cover.kind;
  object.pose.size = 5;
  const auto sprite = painter_.sprites().sprite(object);
  if (sprite->width > size || sprite->height > size) return image;
  object.left = (size - sprite->width) / 2;
  object.top = std::clamp<int64_t>((top + bottom - sprite->height) / 2, 0, size - sprite->height);
  paint_sprite(image, *sprite, object);
  return image;
}

}  // namespace lion::scenes
