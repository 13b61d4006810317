#pragma once
/// Letters and digits as coverage, rendered once, composed into lines by any thread.

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace lion::scenes {

/// `coverage` is [height,width], 0 none to 255 full.
struct LetterMask {
  int64_t width = 0;
  int64_t height = 0;
  std::vector<uint8_t> coverage;

  uint8_t at(int64_t x, int64_t y) const { return coverage[static_cast<size_t>(y * width + x)]; }
};

class Lettering {
 public:
  /// DejaVu Sans Bold in these sizes, pixels. Throws ResourceError when the font is missing.
  explicit Lettering(std::vector<int64_t> sizes);

  /// One line of printable ASCII, cropped to its ink; other characters are left out.
  LetterMask line(std::string_view text, size_t size_index) const;

 private:
  struct Glyph {
    int64_t left = 0;  ///< from the pen to the bitmap
    int64_t top = 0;   ///< from the baseline up to the bitmap
    int64_t advance = 0;
    LetterMask mask;
  };
  static constexpr char kFirst = ' ';
  static constexpr char kLast = '~';
  using Font = std::array<Glyph, kLast - kFirst + 1>;

  std::vector<Font> fonts_;  ///< one per size
};

}  // namespace lion::scenes
