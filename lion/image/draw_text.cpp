#include "lion/image/draw_text.h"

#include <limits>
#include <optional>

#include "lion/base/log.h"
#include "lion/base/str.h"
#include "lion/image/text_mask.h"

namespace lion {
namespace {

constexpr int64_t kUnlimited = std::numeric_limits<int32_t>::max();
constexpr std::string_view kEllipsis = "\u2026";

std::optional<TextMask> render(std::string_view text, const TextStyle& style) {
  return render_text(text, style.font, style.size, kUnlimited);
}

/// Bytes of the first character.
size_t character_length(std::string_view text) {
  size_t n = 1;
  while (n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) ++n;
  return n;
}

/// Bytes of `word` that fit into `width`; at least one character.
size_t fitting(std::string_view word, const TextStyle& style, int64_t width) {
  size_t fits = character_length(word);
  while (fits < word.size()) {
    const size_t next = fits + character_length(word.substr(fits));
    if (text_width(word.substr(0, next), style) > width) break;
    fits = next;
  }
  return fits;
}

/// `line` shortened so that it fits with an ellipsis behind it.
std::string with_ellipsis(std::string line, const TextStyle& style, int64_t width) {
  while (!line.empty() && text_width(line + std::string(kEllipsis), style) > width) {
    size_t last = line.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(line[last]) & 0xC0) == 0x80) --last;
    line.resize(last);
  }
  return line + std::string(kEllipsis);
}

/// The words of a text; line breaks and tabs count as spaces.
std::vector<std::string> words_of(std::string_view text) {
  std::string flat(text);
  for (char& c : flat) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  std::vector<std::string> words;
  for (std::string& word : split(flat, ' ')) {
    if (!word.empty()) words.push_back(std::move(word));
  }
  return words;
}

}  // namespace

int64_t text_width(std::string_view line, const TextStyle& style) {
  const std::optional<TextMask> mask = render(line, style);
  return mask ? mask->width : 0;
}

int64_t line_height(const TextStyle& style) {
  const std::optional<TextMask> mask = render(" ", style);
  return mask ? mask->height : 0;
}

std::vector<std::string> wrap_text(std::string_view text, const TextStyle& style, int64_t width,
                                   int64_t max_lines) {
  std::vector<std::string> lines;
  if (line_height(style) == 0) return lines;
  std::string line;
  for (std::string word : words_of(text)) {
    const std::string longer = line.empty() ? word : str(line, " ", word);
    if (text_width(longer, style) <= width) {
      line = longer;
      continue;
    }
    if (!line.empty()) lines.push_back(std::move(line));
    while (text_width(word, style) > width) {
      const size_t fits = fitting(word, style, width);
      if (fits == word.size()) break;
      lines.push_back(word.substr(0, fits));
      word.erase(0, fits);
    }
    line = std::move(word);
  }
  if (!line.empty()) lines.push_back(std::move(line));
  if (max_lines > 0 && static_cast<int64_t>(lines.size()) > max_lines) {
    lines.resize(static_cast<size_t>(max_lines));
    lines.back() = with_ellipsis(std::move(lines.back()), style, width);
  }
  return lines;
}

void draw_text(Image& image, int64_t left, int64_t top, std::string_view line,
               const TextStyle& style) {
  const std::optional<TextMask> mask = render(line, style);
  if (!mask) {
    log_warning(str(
        "draw_text: \"", line, "\" is left out, for there is no font (got \"", style.font.string(),
        "\", expected DejaVuSans.ttf). Install the Debian package ", "fonts-dejavu-core."));
    return;
  }
  const uint8_t ink[3] = {style.color.red, style.color.green, style.color.blue};
  for (int64_t y = 0; y < mask->height; ++y) {
    if (top + y < 0 || top + y >= image.height) continue;
    for (int64_t x = 0; x < mask->width; ++x) {
      if (left + x < 0 || left + x >= image.width) continue;
      uint8_t* pixel = image.row(top + y) + (left + x) * 3;
      const int coverage = mask->at(x, y);
      for (int c = 0; c < 3; ++c) {
        pixel[c] =
            static_cast<uint8_t>((pixel[c] * (255 - coverage) + ink[c] * coverage + 127) / 255);
      }
    }
  }
}

}  // namespace lion
