#pragma once
/// Internal to this component: a line of text as a coverage mask, by FreeType.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace lion {

/// `coverage` is [height,width], 0 none to 255 full.
struct TextMask {
  int64_t width = 0;
  int64_t height = 0;
  std::vector<uint8_t> coverage;

  uint8_t at(int64_t x, int64_t y) const { return coverage[y * width + x]; }
};

/// One line of UTF-8 text in letters of `size` pixels. Text wider than `max_width` pixels ends with
/// an ellipsis. Nothing when the font file cannot be used.
std::optional<TextMask> render_text(std::string_view text, const std::filesystem::path& font,
                                    int size, int64_t max_width);

}  // namespace lion
