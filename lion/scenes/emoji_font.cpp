// Colour bitmaps out of Noto Color Emoji (136 x 128 pixels, PNG inside the font).
#include <system_error>

#include "lion/scenes/freetype.h"
#include "lion/scenes/sprite.h"

namespace lion::scenes {
namespace {

constexpr std::string_view kPackage = "fonts-noto-color-emoji";

Sprite copy_color_bitmap(const FT_Bitmap& bitmap) {
  Sprite sprite{bitmap.width, bitmap.rows, {}};
  sprite.rgba.resize(static_cast<size_t>(sprite.width * sprite.height * 4));
  for (int64_t y = 0; y < sprite.height; ++y) {
    const uint8_t* from = bitmap.buffer + y * bitmap.pitch;
    uint8_t* to = sprite.row(y);
    for (int64_t x = 0; x < sprite.width; ++x, from += 4, to += 4) {
      to[0] = from[2];  // FreeType gives premultiplied blue, green, red, alpha
      to[1] = from[1];
      to[2] = from[0];
      to[3] = from[3];
    }
  }
  return sprite;
}

}  // namespace

std::filesystem::path find_emoji_font() {
  for (const char* path : {"/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf",
                           "/usr/share/fonts/noto-emoji/NotoColorEmoji.ttf",
                           "/usr/share/fonts/noto/NotoColorEmoji.ttf",
                           "/usr/share/fonts/google-noto-emoji/NotoColorEmoji.ttf"}) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  throw ResourceError(str("scenes: the images of objects are missing (expected ",
                          "/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf). Install the Debian ",
                          "package ", kPackage, "."));
}

std::vector<Sprite> load_emoji(const std::filesystem::path& font, const std::vector<Kind>& kinds) {
  const FontFace face(font, kPackage);
  const auto fail = [&](const std::string& what) {
    throw ResourceError(str(
        font.string(), ": ", what,
        " (expected Noto Color Emoji with bitmaps). Install the Debian package ", kPackage, "."));
  };
  if (face.get()->num_fixed_sizes < 1 || FT_Select_Size(face.get(), 0) != 0) fail("no bitmaps");
  std::vector<Sprite> images;
  for (const Kind& kind : kinds) {
    if (FT_Get_Char_Index(face.get(), kind.code) == 0 ||
        FT_Load_Char(face.get(), kind.code, FT_LOAD_COLOR) != 0 ||
        face.get()->glyph->bitmap.pixel_mode != FT_PIXEL_MODE_BGRA) {
      fail(str("no colour image of ", kind.one));
    }
    images.push_back(copy_color_bitmap(face.get()->glyph->bitmap));
  }
  return images;
}

}  // namespace lion::scenes
