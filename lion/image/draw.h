#pragma once
/// Labelled boxes drawn on an image.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "lion/image/image.h"

namespace lion {

struct Color {
  uint8_t red = 0;
  uint8_t green = 0;
  uint8_t blue = 0;
  bool operator==(const Color&) const = default;
};

/// Colours that are easy to tell apart, for several boxes on one image; they repeat after eight.
Color palette_color(size_t index);

/// Corners in pixels, x to the right and y down, in any order; (width, height) is the lower right
/// corner of the image. The label is UTF-8 and may be empty.
struct LabelledBox {
  double x0 = 0;
  double y0 = 0;
  double x1 = 0;
  double y1 = 0;
  std::string label;
  Color color = palette_color(0);
  bool label_below = false;  ///< the label under the box, so that two boxes in one place show both
};

/// The DejaVu Sans file of the system, or an empty path when there is none.
std::filesystem::path find_label_font();

/// Draws the part of the box that lies in the image, and its label on a plate that always does:
/// above the box, or below it, or where it does not hide a small box.
/// Line width and text size follow the size of the image. Without a usable font, the box is drawn
/// without its label and a warning is logged. Throws InputError when a corner is not a finite
/// number.
void draw_box(Image& image, const LabelledBox& box,
              const std::filesystem::path& font = find_label_font());

/// The same for several: the boxes in order, then their labels, so that no line crosses a label.
/// Throws InputError before anything is drawn.
void draw_boxes(Image& image, std::span<const LabelledBox> boxes,
                const std::filesystem::path& font = find_label_font());

}  // namespace lion
