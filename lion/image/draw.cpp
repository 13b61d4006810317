#include "lion/image/draw.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <system_error>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/log.h"
#include "lion/image/text_mask.h"

namespace lion {
namespace {

// x0 <= x1, y0 <= y1
struct Rect {
  double x0, y0, x1, y1;

  Rect grown(double by) const { return {x0 - by, y0 - by, x1 + by, y1 + by}; }
};

constexpr Color kDark = {20, 20, 24};
constexpr Color kLight = {255, 255, 255};

bool is_bright(Color c) {
  return 0.299 * c.red + 0.587 * c.green + 0.114 * c.blue > 140;  // ITU-R BT.601 luma
}

void blend(uint8_t* pixel, Color color, double coverage) {
  const std::array<uint8_t, 3> to = {color.red, color.green, color.blue};
  for (int c = 0; c < 3; ++c) {
    pixel[c] = static_cast<uint8_t>(std::lround(pixel[c] + (to[c] - pixel[c]) * coverage));
  }
}

// How much of the pixel [i, i + 1] lies in [from, to].
double overlap(int64_t i, double from, double to) {
  const double at = static_cast<double>(i);
  return std::clamp(std::min(to, at + 1) - std::max(from, at), 0.0, 1.0);
}

// Edges between pixels are blended by coverage.
void fill(Image& image, const Rect& rect, Color color) {
  const auto first = [](double v) { return static_cast<int64_t>(std::floor(std::max(v, 0.0))); };
  const auto last = [](double v, int64_t size) {
    return static_cast<int64_t>(std::ceil(std::min(v, static_cast<double>(size))));
  };
  for (int64_t y = first(rect.y0); y < last(rect.y1, image.height); ++y) {
    for (int64_t x = first(rect.x0); x < last(rect.x1, image.width); ++x) {
      blend(image.row(y) + x * 3, color,
            overlap(x, rect.x0, rect.x1) * overlap(y, rect.y0, rect.y1));
    }
  }
}

// The area between `outer` and the same rectangle made smaller by `width` on all sides.
void fill_frame(Image& image, const Rect& outer, double width, Color color) {
  const Rect inner = outer.grown(-width);
  if (inner.x0 >= inner.x1 || inner.y0 >= inner.y1) return fill(image, outer, color);
  fill(image, {outer.x0, outer.y0, outer.x1, inner.y0}, color);
  fill(image, {outer.x0, inner.y1, outer.x1, outer.y1}, color);
  fill(image, {outer.x0, inner.y0, inner.x0, inner.y1}, color);
  fill(image, {inner.x1, inner.y0, outer.x1, inner.y1}, color);
}

// Sizes in pixels, for an image of this size.
struct Pen {
  double line;
  double outline;
  int text;
};

Pen pen_for(const Image& image) {
  const double side = static_cast<double>(std::min(image.width, image.height));
  const double line = std::max(2.0, std::round(side / 160));
  return {line, std::max(1.0, std::round(line / 3)),
          std::max(11, static_cast<int>(std::lround(side / 26)))};
}

// Above the box (or below it) where there is room, else inside it along that edge; always inside
// the image.
Rect place_plate(const Image& image, const Rect& box, bool below, double width, double height) {
  const double left = std::clamp(box.x0, 0.0, static_cast<double>(image.width) - width);
  const double lowest = static_cast<double>(image.height) - height;
  double top = below ? box.y1 : box.y0 - height;
  if (below && top > lowest) top = box.y1 - height;
  if (!below && top < 0) top = box.y0;
  top = std::clamp(top, 0.0, lowest);
  return {std::floor(left), std::floor(top), std::floor(left) + width, std::floor(top) + height};
}

constexpr double kCovered = 0.125;  // of a box, that a label may hide

double area(const Rect& rect) {
  return std::max(0.0, rect.x1 - rect.x0) * std::max(0.0, rect.y1 - rect.y0);
}

// How much of each box a plate hides, and how much of it earlier plates are in the way of.
double hidden(const Rect& plate, std::span<const Rect> boxes, std::span<const Rect> plates) {
  double sum = 0;
  for (const auto rects : {boxes, plates}) {
    for (const Rect& one : rects) {
      const Rect both = {std::max(plate.x0, one.x0), std::max(plate.y0, one.y0),
                         std::min(plate.x1, one.x1), std::min(plate.y1, one.y1)};
      if (area(one) > 0) sum += area(both) / area(one);
    }
  }
  return sum;
}

// The usual place, unless the plate hides what boxes are about: then the side, of those of the box,
// where it hides least.
Rect choose_plate(const Image& image, const Rect& box, bool below, const Rect& size,
                  std::span<const Rect> boxes, std::span<const Rect> plates) {
  const double width = size.x1, height = size.y1;
  Rect best = place_plate(image, box, below, width, height);
  double least = hidden(best, boxes, plates);
  const double above_y = box.y0 - height, right_x = box.x1 - width;
  const std::array<std::array<double, 2>, 8> corners = {{{box.x0, below ? box.y1 : above_y},
                                                         {right_x, below ? box.y1 : above_y},
                                                         {box.x0, below ? above_y : box.y1},
                                                         {right_x, below ? above_y : box.y1},
                                                         {box.x1, box.y0},
                                                         {box.x0 - width, box.y0},
                                                         {box.x1, box.y1 - height},
                                                         {box.x0 - width, box.y1 - height}}};
  for (const auto& [x, y] : corners) {
    if (least <= kCovered) return best;
    const double left = std::floor(std::clamp(x, 0.0, static_cast<double>(image.width) - width));
    const double top = std::floor(std::clamp(y, 0.0, static_cast<double>(image.height) - height));
    const Rect plate = {left, top, left + width, top + height};
    const double hides = hidden(plate, boxes, plates);
    if (hides >= least) continue;
    best = plate;
    least = hides;
  }
  return best;
}

// `boxes` and `plates` should stay visible; the label's own plate joins them.
void draw_label(Image& image, const Rect& box, const LabelledBox& what, const Pen& pen,
                const std::filesystem::path& font, std::span<const Rect> boxes,
                std::vector<Rect>& plates) {
  const int padding = std::max(3, pen.text / 4);
  const std::optional<TextMask> text =
      render_text(what.label, font, pen.text, image.width - 2 * padding);
  if (!text) {
    log_warning(str("draw_box: the label \"", what.label, "\" is left out, for there is no font ",
                    "(got \"", font.string(), "\", expected DejaVuSans.ttf). Install the Debian ",
                    "package fonts-dejavu-core."));
    return;
  }
  const double width = static_cast<double>(text->width + 2 * padding);
  const double height = static_cast<double>(text->height + padding);
  // An image too small for letters gets the box alone.
  if (text->width == 0 || width > image.width || height > image.height) return;
  const Rect plate =
      choose_plate(image, box, what.label_below, {0, 0, width, height}, boxes, plates);
  plates.push_back(plate);
  fill(image, plate, what.color);
  const int64_t left = static_cast<int64_t>(plate.x0) + padding;
  const int64_t top = static_cast<int64_t>(plate.y0) + padding / 2;
  const Color ink = is_bright(what.color) ? kDark : kLight;
  for (int64_t y = 0; y < text->height; ++y) {
    for (int64_t x = 0; x < text->width; ++x) {
      blend(image.row(top + y) + (left + x) * 3, ink, text->at(x, y) / 255.0);
    }
  }
}

void check_corners(const LabelledBox& box) {
  for (const double v : {box.x0, box.y0, box.x1, box.y1}) {
    if (!std::isfinite(v)) {
      throw InputError(str("draw_box: a corner is not a number (got [", box.x0, ", ", box.y0, ", ",
                           box.x1, ", ", box.y1, "], expected pixels). Draw valid boxes only."));
    }
  }
}

// The line is centred on the box's edge, but stays visible along the image's edge.
Rect middle_line(const Image& image, const LabelledBox& box, double margin) {
  const auto inside = [margin](double v, int64_t size) {
    const double end = static_cast<double>(size);
    const double border = std::min(margin, end / 2);
    return std::clamp(v, border, end - border);
  };
  return {inside(std::min(box.x0, box.x1), image.width),
          inside(std::min(box.y0, box.y1), image.height),
          inside(std::max(box.x0, box.x1), image.width),
          inside(std::max(box.y0, box.y1), image.height)};
}

}  // namespace

Color palette_color(size_t index) {
  static constexpr std::array<Color, 8> kColors = {{{255, 59, 72},
                                                    {0, 145, 255},
                                                    {40, 200, 90},
                                                    {255, 190, 0},
                                                    {176, 84, 255},
                                                    {0, 200, 210},
                                                    {255, 115, 30},
                                                    {255, 90, 190}}};
  return kColors[index % kColors.size()];
}

std::filesystem::path find_label_font() {
  for (const char* path :
       {"/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
        "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
        "/usr/share/fonts/dejavu/DejaVuSans.ttf", "/usr/share/fonts/TTF/DejaVuSans.ttf"}) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  return {};
}

void draw_box(Image& image, const LabelledBox& box, const std::filesystem::path& font) {
  draw_boxes(image, {&box, 1}, font);
}

void draw_boxes(Image& image, std::span<const LabelledBox> boxes,
                const std::filesystem::path& font) {
  for (const LabelledBox& box : boxes) check_corners(box);
  const Pen pen = pen_for(image);
  const double half = pen.line / 2;
  const double margin = half + pen.outline;
  for (const LabelledBox& box : boxes) {
    const Rect middle = middle_line(image, box, margin);
    fill_frame(image, middle.grown(margin), pen.line + 2 * pen.outline,
               is_bright(box.color) ? kDark : kLight);
    fill_frame(image, middle.grown(half), pen.line, box.color);
  }
  std::vector<Rect> outlines, plates;
  for (const LabelledBox& box : boxes) {
    outlines.push_back(middle_line(image, box, margin).grown(margin));
  }
  for (size_t i = 0; i < boxes.size(); ++i) {
    if (boxes[i].label.empty()) continue;
    draw_label(image, outlines[i], boxes[i], pen, font, outlines, plates);
  }
}

}  // namespace lion
