#include "lion/scenes/lettering.h"

#include <algorithm>
#include <system_error>

#include "lion/scenes/freetype.h"

namespace lion::scenes {
namespace {

std::filesystem::path find_bold_font() {
  for (const char* path : {"/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
                           "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf",
                           "/usr/share/fonts/dejavu/DejaVuSans-Bold.ttf",
                           "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf"}) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  throw ResourceError(
      "scenes: the font for words is missing (expected DejaVuSans-Bold.ttf under "
      "/usr/share/fonts). Install the Debian package fonts-dejavu-core.");
}

LetterMask copy_bitmap(const FT_Bitmap& bitmap) {
  LetterMask mask{bitmap.width, bitmap.rows, {}};
  for (int64_t y = 0; y < mask.height; ++y) {
    const uint8_t* row = bitmap.buffer + y * bitmap.pitch;
    mask.coverage.insert(mask.coverage.end(), row, row + mask.width);
  }
  return mask;
}

}  // namespace

Lettering::Lettering(std::vector<int64_t> sizes) {
  const FontFace face(find_bold_font(), "fonts-dejavu-core");
  for (const int64_t size : sizes) {
    FT_Set_Pixel_Sizes(face.get(), 0, static_cast<FT_UInt>(size));
    Font& font = fonts_.emplace_back();
    for (char c = kFirst; c <= kLast; ++c) {
      if (FT_Load_Char(face.get(), static_cast<FT_ULong>(c), FT_LOAD_RENDER) != 0) continue;
      const FT_GlyphSlot slot = face.get()->glyph;
      font[static_cast<size_t>(c - kFirst)] = {slot->bitmap_left, slot->bitmap_top,
                                               slot->advance.x >> 6, copy_bitmap(slot->bitmap)};
    }
  }
}

LetterMask Lettering::line(std::string_view text, size_t size_index) const {
  const Font& font = fonts_.at(size_index);
  struct Placed {
    const Glyph* glyph;
    int64_t x;
  };
  std::vector<Placed> placed;
  int64_t pen = 0, top = 0, bottom = 0, left = 0, right = 0;
  for (const char c : text) {
    if (c < kFirst || c > kLast) continue;
    const Glyph& glyph = font[static_cast<size_t>(c - kFirst)];
    const int64_t x = pen + glyph.left;
    pen += glyph.advance;
    if (glyph.mask.width == 0) continue;
    if (placed.empty()) {
      top = glyph.top;
      bottom = glyph.top - glyph.mask.height;
      left = x;
    }
    placed.push_back({&glyph, x});
    top = std::max(top, glyph.top);
    bottom = std::min(bottom, glyph.top - glyph.mask.height);
    left = std::min(left, x);
    right = std::max(right, x + glyph.mask.width);
  }
  LetterMask line{right - left, top - bottom, {}};
  line.coverage.resize(static_cast<size_t>(line.width * line.height));
  for (const Placed& one : placed) {
    const LetterMask& mask = one.glyph->mask;
    for (int64_t y = 0; y < mask.height; ++y) {
      for (int64_t x = 0; x < mask.width; ++x) {
        uint8_t& to = line.coverage[static_cast<size_t>((top - one.glyph->top + y) * line.width +
                                                        one.x - left + x)];
        to = std::max(to, mask.at(x, y));
      }
    }
  }
  return line;
}

}  // namespace lion::scenes
