#pragma once
/// Boxes in words: "[x0,y0,x1,y1]" as fractions of width and height, as LION writes them.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lion {

/// Left, top, right, bottom as fractions of the image, 0..1.
struct Box {
  double x0 = 0.0;
  double y0 = 0.0;
  double x1 = 0.0;
  double y1 = 0.0;
  bool operator==(const Box&) const = default;
};

/// Left, top, right, bottom in pixels, not rounded.
struct PixelBox {
  double x0 = 0.0;
  double y0 = 0.0;
  double x1 = 0.0;
  double y1 = 0.0;
  bool operator==(const PixelBox&) const = default;
};

/// A box found in a text, made sound: within the image, x0 <= x1, y0 <= y1.
struct ParsedBox {
  Box box;
  size_t offset = 0;        ///< where "[...]" begins in the text, in bytes
  size_t length = 0;        ///< bytes of "[...]", both brackets included
  bool clamped = false;     ///< a number lay outside 0..1
  bool reordered = false;   ///< the corners were not top left and bottom right
  bool degenerate = false;  ///< width or height is 0
};

/// "[0.440,0.060,0.650,0.367]"
std::string format_box(const Box& box);

/// Every "[a,b,c,d]" of four decimal numbers without sign or exponent, spaces around numbers
/// allowed. Pattern `\[([0-9., ]+)\]`, from LION's released code; anything else is no box.
std::vector<ParsedBox> parse_boxes(std::string_view text);

/// Throws InputError when width or height is below 1.
PixelBox to_pixels(const Box& box, int64_t width, int64_t height);

/// The argument "x0,y0,x1,y1" (fractions) or "x0,y0,x1,y1px" (pixels of an image of this size), in
/// square brackets or not, and every form in which `lion ground` writes a box: an answer that holds
/// one "[x0,y0,x1,y1]", a line of its output, an object with x0, y0, x1 and y1 (numbers above 1 are
/// pixels). Throws InputError when it is not four numbers, leaves the image, or has no area.
Box parse_box_argument(std::string_view text, int64_t width, int64_t height);

}  // namespace lion
