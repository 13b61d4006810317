#pragma once
/// Lines of text on an image.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lion/image/draw.h"
#include "lion/image/image.h"

namespace lion {

struct TextStyle {
  int size = 14;  ///< height of the letters in pixels
  Color color;
  std::filesystem::path font = find_label_font();
};

/// Pixels from one line to the next; 0 without a usable font.
int64_t line_height(const TextStyle& style);

/// Pixels that one line takes; 0 without a usable font.
int64_t text_width(std::string_view line, const TextStyle& style);

/// `text` (UTF-8) cut into lines of at most `width` pixels, between words or, where a single word
/// is too wide, within it. Of more than `max_lines` lines, the last one kept ends with an ellipsis;
/// 0: all are kept. Without a usable font there are none.
std::vector<std::string> wrap_text(std::string_view text, const TextStyle& style, int64_t width,
                                   int64_t max_lines = 0);

/// Draws one line with its upper left corner at (left, top); what lies outside the image is cut
/// off. Without a usable font nothing is drawn and a warning is logged.
void draw_text(Image& image, int64_t left, int64_t top, std::string_view line,
               const TextStyle& style);

}  // namespace lion
