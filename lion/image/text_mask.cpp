#include "lion/image/text_mask.h"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <algorithm>
#include <memory>
#include <type_traits>

namespace lion {
namespace {

constexpr char32_t kReplacement = 0xfffd;
constexpr char32_t kEllipsis = 0x2026;

// Bytes that are not UTF-8 become U+FFFD; line breaks and other controls become spaces.
std::u32string code_points(std::string_view text) {
  std::u32string out;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    const int more = lead < 0x80 ? 0 : lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : -1;
    if (more < 0) {
      out.push_back(kReplacement);
      continue;
    }
    char32_t code = more == 0 ? lead : lead & (0x3f >> more);
    int seen = 0;
    for (; seen < more && i < text.size() && (text[i] & 0xc0) == 0x80; ++seen) {
      code = code << 6 | (text[i++] & 0x3f);
    }
    if (seen < more) code = kReplacement;
    out.push_back(code < 0x20 ? U' ' : code);
  }
  return out;
}

using Library = std::unique_ptr<std::remove_pointer_t<FT_Library>, FT_Error (*)(FT_Library)>;
using Face = std::unique_ptr<std::remove_pointer_t<FT_Face>, FT_Error (*)(FT_Face)>;

int64_t advance(FT_Face face, char32_t code) {
  if (FT_Load_Char(face, code, FT_LOAD_DEFAULT) != 0) return 0;
  return face->glyph->advance.x >> 6;  // 26.6 fixed point
}

std::u32string shortened(FT_Face face, std::u32string text, int64_t max_width) {
  const auto width = [face](const std::u32string& s) {
    int64_t sum = 0;
    for (const char32_t code : s) sum += advance(face, code);
    return sum;
  };
  int64_t sum = width(text);
  if (sum <= max_width) return text;
  const int64_t dots = advance(face, kEllipsis);
  while (!text.empty() && sum + dots > max_width) {
    sum -= advance(face, text.back());
    text.pop_back();
  }
  if (dots > max_width) return {};
  text.push_back(kEllipsis);
  return text;
}

void draw_glyph(TextMask& mask, const FT_GlyphSlot glyph, int64_t left, int64_t baseline) {
  const FT_Bitmap& bitmap = glyph->bitmap;
  if (bitmap.pixel_mode != FT_PIXEL_MODE_GRAY) return;
  for (int64_t y = 0; y < bitmap.rows; ++y) {
    for (int64_t x = 0; x < bitmap.width; ++x) {
      const int64_t to_x = left + glyph->bitmap_left + x;
      const int64_t to_y = baseline - glyph->bitmap_top + y;
      if (to_x < 0 || to_x >= mask.width || to_y < 0 || to_y >= mask.height) continue;
      uint8_t& to = mask.coverage[to_y * mask.width + to_x];
      to = std::max(to, bitmap.buffer[y * bitmap.pitch + x]);
    }
  }
}

}  // namespace

std::optional<TextMask> render_text(std::string_view text, const std::filesystem::path& font,
                                    int size, int64_t max_width) {
  FT_Library raw_library = nullptr;
  if (FT_Init_FreeType(&raw_library) != 0) return std::nullopt;
  const Library library(raw_library, FT_Done_FreeType);
  FT_Face raw_face = nullptr;
  if (FT_New_Face(library.get(), font.c_str(), 0, &raw_face) != 0) return std::nullopt;
  const Face face(raw_face, FT_Done_Face);
  if (FT_Set_Pixel_Sizes(face.get(), 0, static_cast<FT_UInt>(size)) != 0) return std::nullopt;

  const std::u32string line = shortened(face.get(), code_points(text), max_width);
  const int64_t ascender = (face->size->metrics.ascender + 63) >> 6;
  TextMask mask;
  mask.height = ascender + ((63 - face->size->metrics.descender) >> 6);
  for (const char32_t code : line) mask.width += advance(face.get(), code);
  mask.coverage.resize(static_cast<size_t>(mask.width) * mask.height);
  int64_t left = 0;
  for (const char32_t code : line) {
    if (FT_Load_Char(face.get(), code, FT_LOAD_RENDER) != 0) continue;
    draw_glyph(mask, face->glyph, left, ascender);
    left += face->glyph->advance.x >> 6;
  }
  return mask;
}

}  // namespace lion
