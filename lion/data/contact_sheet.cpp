#include "lion/data/contact_sheet.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <system_error>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/image/draw.h"
#include "lion/image/draw_text.h"
#include "lion/image/resize.h"

namespace lion::data {
namespace {

constexpr Color kPaper = {236, 238, 242};
constexpr Color kCell = {255, 255, 255};
constexpr Color kMount = {24, 27, 33};  // behind images that do not fill their place
constexpr Color kInk = {28, 32, 40};
constexpr Color kGrey = {120, 127, 140};
constexpr Color kWhite = {255, 255, 255};
constexpr int64_t kGap = 18;
constexpr int64_t kPadding = 12;
constexpr int kTextSize = 15;
constexpr int kSmallSize = 12;
constexpr int64_t kMaxLines = 6;
// Height of an image's place; most photographs are wider than high.
constexpr double kPlaceAspect = 0.75;

/// A colour per task, dark enough for white letters.
Color task_color(Task task) {
  static constexpr std::array<Color, kTaskCount> kColors = {{{13, 110, 190},
                                                             {20, 128, 74},
                                                             {132, 94, 0},
                                                             {120, 60, 180},
                                                             {200, 40, 60},
                                                             {190, 75, 10},
                                                             {70, 80, 95},
                                                             {70, 80, 95},
                                                             {70, 80, 95}}};
  return kColors[static_cast<size_t>(task)];
}

void fill_area(Image& image, int64_t left, int64_t top, int64_t width, int64_t height,
               Color color) {
  for (int64_t y = top; y < top + height; ++y) {
    for (int64_t x = left; x < left + width; ++x) {
      uint8_t* pixel = image.row(y) + x * 3;
      pixel[0] = color.red;
      pixel[1] = color.green;
      pixel[2] = color.blue;
    }
  }
}

void paste(Image& image, const Image& part, int64_t left, int64_t top) {
  for (int64_t y = 0; y < part.height; ++y) {
    std::copy_n(part.row(y), part.width * 3, image.row(top + y) + left * 3);
  }
}

TextStyle style_of(int size, Color color) { return {.size = size, .color = color}; }

TextStyle bold(TextStyle style) {
  std::filesystem::path font = style.font;
  font.replace_filename("DejaVuSans-Bold.ttf");
  std::error_code error;
  if (std::filesystem::is_regular_file(font, error)) style.font = font;
  return style;
}

/// Lines in one style, and the space above them.
struct Paragraph {
  std::vector<std::string> lines;
  TextStyle style;
  int64_t space = 0;

  int64_t height() const {
    return lines.empty() ? 0 : space + static_cast<int64_t>(lines.size()) * line_height(style);
  }
};

struct Cell {
  std::optional<Image> image;  ///< scaled, with boxes
  std::string name;
  Color color;
  std::vector<Paragraph> paragraphs;
};

/// The image at the largest size that fits into width x height; small ones are enlarged too.
Image fit(const Image& image, int64_t width, int64_t height) {
  const double scale = std::min(static_cast<double>(width) / static_cast<double>(image.width),
                                static_cast<double>(height) / static_cast<double>(image.height));
  const auto scaled = [&](int64_t side, int64_t most) {
    return std::clamp<int64_t>(std::llround(static_cast<double>(side) * scale), 1, most);
  };
  return resize(image, scaled(image.width, width), scaled(image.height, height), Filter::kBicubic);
}

void draw_boxes(Image& image, const std::vector<Box>& boxes) {
  for (size_t i = 0; i < boxes.size(); ++i) {
    const PixelBox pixels = to_pixels(boxes[i], image.width, image.height);
    draw_box(image, {.x0 = pixels.x0,
                     .y0 = pixels.y0,
                     .x1 = pixels.x1,
                     .y1 = pixels.y1,
                     .label = "",
                     .color = palette_color(i)});
  }
}

class SampleGrid {
 public:
  explicit SampleGrid(const ContactSheetOptions& options)
      : options_(options),
        text_width_(options.cell_width - 2 * kPadding),
        place_height_(std::llround(static_cast<double>(options.cell_width) * kPlaceAspect)),
        chip_(bold(style_of(kSmallSize, kWhite))),
        chip_height_(line_height(chip_) + 6) {}

  void add(const Dataset& dataset, int64_t index, Random& random) {
    const Example example = dataset.example(index, random);
    Cell cell{.name = dataset.name(), .color = task_color(dataset.task())};
    add_paragraph(cell, dataset.describe(index), style_of(kSmallSize, kGrey), 4, 2);
    add_paragraph(cell, example.instruction, style_of(kTextSize, kInk), 8, kMaxLines);
    add_paragraph(cell, example.answer, bold(style_of(kTextSize, cell.color)), 6, kMaxLines);
    try {
      cell.image = fit(dataset.image(index), options_.cell_width, place_height_);
      draw_boxes(*cell.image, example.boxes);
    } catch (const Error& error) {
      add_paragraph(cell, error.what(), style_of(kTextSize, {190, 20, 40}), 8, kMaxLines);
    }
    cells_.push_back(std::move(cell));
  }

  Image draw() const {
    const auto count = static_cast<int64_t>(cells_.size());
    const int64_t columns = std::min(options_.columns, count);
    std::vector<int64_t> heights;
    int64_t height = kGap;
    for (int64_t first = 0; first < count; first += columns) {
      heights.push_back(row_height(first, std::min(first + columns, count)));
      height += heights.back() + kGap;
    }
    const int64_t width = kGap + columns * (options_.cell_width + kGap);
    Image sheet = Image::black(width, height);
    fill_area(sheet, 0, 0, width, height, kPaper);
    int64_t top = kGap;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t row = i / columns;
      draw_cell(sheet, cells_[static_cast<size_t>(i)],
                kGap + i % columns * (options_.cell_width + kGap), top,
                heights[static_cast<size_t>(row)]);
      if (i % columns == columns - 1) top += heights[static_cast<size_t>(row)] + kGap;
    }
    return sheet;
  }

 private:
  void add_paragraph(Cell& cell, const std::string& text, const TextStyle& style, int64_t space,
                     int64_t max_lines) const {
    cell.paragraphs.push_back({wrap_text(text, style, text_width_, max_lines), style, space});
  }

  int64_t row_height(int64_t first, int64_t last) const {
    int64_t most = 0;
    for (int64_t i = first; i < last; ++i) {
      int64_t text = 0;
      for (const Paragraph& one : cells_[static_cast<size_t>(i)].paragraphs) text += one.height();
      most = std::max(most, text);
    }
    return place_height_ + kPadding + chip_height_ + most + kPadding;
  }

  void draw_cell(Image& sheet, const Cell& cell, int64_t left, int64_t top, int64_t height) const {
    fill_area(sheet, left, top, options_.cell_width, height, kCell);
    fill_area(sheet, left, top, options_.cell_width, place_height_, kMount);
    if (cell.image) {
      paste(sheet, *cell.image, left + (options_.cell_width - cell.image->width) / 2,
            top + (place_height_ - cell.image->height) / 2);
    }
    int64_t y = top + place_height_ + kPadding;
    draw_chip(sheet, cell, left + kPadding, y);
    y += chip_height_;
    for (const Paragraph& one : cell.paragraphs) {
      if (!one.lines.empty()) y += one.space;
      for (const std::string& line : one.lines) {
        draw_text(sheet, left + kPadding, y, line, one.style);
        y += line_height(one.style);
      }
    }
  }

  /// The data set's name on a plate in the colour of its task.
  void draw_chip(Image& sheet, const Cell& cell, int64_t left, int64_t top) const {
    const std::vector<std::string> lines = wrap_text(cell.name, chip_, text_width_ - 16, 1);
    if (lines.empty()) return;
    fill_area(sheet, left, top, text_width(lines.front(), chip_) + 16, chip_height_, cell.color);
    draw_text(sheet, left + 8, top + 3, lines.front(), chip_);
  }

  ContactSheetOptions options_;
  int64_t text_width_;
  int64_t place_height_;
  TextStyle chip_;
  int64_t chip_height_;
  std::vector<Cell> cells_;
};

/// Up to `wanted` different records in random order. Floyd's algorithm: as much work as records are
/// wanted, however many there are.
std::vector<int64_t> draw_records(int64_t size, int64_t wanted, Random& random) {
  const int64_t count = std::min(size, wanted);
  std::unordered_set<int64_t> seen;
  std::vector<int64_t> records;
  for (int64_t last = size - count; last < size; ++last) {
    auto record = static_cast<int64_t>(random.below(static_cast<uint64_t>(last + 1)));
    if (!seen.insert(record).second) {
      record = last;
      seen.insert(record);
    }
    records.push_back(record);
  }
  for (size_t i = records.size(); i > 1; --i) std::swap(records[i - 1], records[random.below(i)]);
  return records;
}

}  // namespace

Image contact_sheet(std::span<const std::unique_ptr<Dataset>> datasets,
                    const ContactSheetOptions& options) {
  if (options.samples < 1 || options.columns < 1 || options.cell_width < 120) {
    throw InputError(str("contact sheet: got ", options.samples, " samples in ", options.columns,
                         " columns of ", options.cell_width,
                         " pixels, expected at least 1, 1 and 120. Raise them."));
  }
  std::vector<const Dataset*> filled;
  for (const auto& dataset : datasets) {
    if (dataset->size() > 0) filled.push_back(dataset.get());
  }
  if (filled.empty()) {
    throw InputError("contact sheet: there is no record to show. Check the data sets first.");
  }
  Random random(options.seed);
  SampleGrid grid(options);
  std::vector<std::vector<int64_t>> records;
  for (const Dataset* dataset : filled) {
    records.push_back(draw_records(dataset->size(), options.samples, random));
  }
  int64_t shown = 0;
  for (bool any = true; any && shown < options.samples;) {
    any = false;
    for (size_t d = 0; d < filled.size() && shown < options.samples; ++d) {
      if (records[d].empty()) continue;
      grid.add(*filled[d], records[d].back(), random);
      records[d].pop_back();
      ++shown;
      any = true;
    }
  }
  return grid.draw();
}

}  // namespace lion::data
