#include "lion/eval/report/sample_image.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "lion/base/base64.h"
#include "lion/base/error.h"
#include "lion/eval/report/html_text.h"
#include "lion/image/draw.h"
#include "lion/image/encode.h"
#include "lion/image/resize.h"
#include "lion/metrics/grounding.h"

namespace lion::eval {
namespace {

constexpr int kJpegQuality = 85;
constexpr Color kTruth = {34, 178, 84};
constexpr Color kAnswer = {255, 122, 24};

/// At most `side` pixels on the longer side; smaller images stay as they are.
Image scaled_down(Image image, int64_t side) {
  const int64_t longer = std::max(image.width, image.height);
  if (longer <= side) return image;
  const double scale = static_cast<double>(side) / static_cast<double>(longer);
  const auto scaled = [scale](int64_t length) {
    return std::max<int64_t>(1, std::llround(static_cast<double>(length) * scale));
  };
  return resize(image, scaled(image.width), scaled(image.height), Filter::kBicubic);
}

bool is_finite(const PixelBox& box) {
  return std::isfinite(box.x0) && std::isfinite(box.y0) && std::isfinite(box.x1) &&
         std::isfinite(box.y1);
}

LabelledBox labelled(const PixelBox& box, bool is_truth) {
  return {.x0 = box.x0,
          .y0 = box.y0,
          .x1 = box.x1,
          .y1 = box.y1,
          .label = is_truth ? "truth" : "answer",
          .color = is_truth ? kTruth : kAnswer,
          .label_below = !is_truth};
}

PixelBox scaled(const PixelBox& box, double by_x, double by_y) {
  return {box.x0 * by_x, box.y0 * by_y, box.x1 * by_x, box.y1 * by_y};
}

struct Boxes {
  std::vector<LabelledBox> drawn;  ///< on the scaled image
  std::vector<std::string> notes;
};

/// Adds the answer's box and what there is to say about it. `width` and `height` are the
/// original's, in whose pixels `truth` is.
void add_answer(Boxes& boxes, const std::string& answer, const BoxFormat& format,
                const PixelBox& truth, const Image& image, int64_t width, int64_t height) {
  const std::optional<Box> found = first_box(answer);
  if (!found) {
    boxes.notes.emplace_back("no box in the answer");
    return;
  }
  const PixelBox original =
      box_in_pixels({found->x0, found->y0, found->x1, found->y1}, format, width, height);
  const auto w = static_cast<double>(width), h = static_cast<double>(height);
  const PixelBox pixels =
      scaled(original, static_cast<double>(image.width) / w, static_cast<double>(image.height) / h);
  if (!is_finite(pixels)) {
    boxes.notes.emplace_back("the answer's box is not drawn: its numbers are too large");
    return;
  }
  boxes.drawn.push_back(labelled(pixels, false));
  boxes.notes.push_back(str("IoU ", html_number(box_iou(original, truth), 3)));
  if (original.x0 > original.x1 || original.y0 > original.y1) {
    boxes.notes.emplace_back("corners in the wrong order");
  }
  if (std::max(original.x0, original.x1) > w || std::max(original.y0, original.y1) > h) {
    boxes.notes.emplace_back("the box leaves the image");
  }
}

Boxes boxes_of(const Item& item, const Prediction& prediction, const BoxFormat& format,
               const Image& image, int64_t width, int64_t height) {
  const PixelBox& truth = *item.truth.box;
  if (!is_finite(truth)) return {{}, {"the truth has no finite box"}};
  const double by_x = static_cast<double>(image.width) / static_cast<double>(width);
  const double by_y = static_cast<double>(image.height) / static_cast<double>(height);
  Boxes boxes{{labelled(scaled(truth, by_x, by_y), true)}, {}};
  add_answer(boxes, prediction.text, format, truth, image, width, height);
  return boxes;
}

std::string image_html(const Image& image, const Item& item) {
  return str("<img alt=\"Image of ", html_escape(item.id), "\" width=\"", image.width,
             "\" height=\"", image.height, "\" src=\"data:image/jpeg;base64,",
             encode_base64(encode_jpeg(image, kJpegQuality)), "\">");
}

}  // namespace

SampleImage sample_image(const Item& item, const Prediction& prediction, const BoxFormat& format,
                         const ReportOptions& options) {
  if (!options.load_item_image) return {"<p class=\"no-image\">Images were not asked for.</p>", {}};
  try {
    Image original = options.load_item_image(item);
    const int64_t width = original.width, height = original.height;
    Image image = scaled_down(std::move(original), options.image_side);
    Boxes boxes;
    if (item.truth.box) boxes = boxes_of(item, prediction, format, image, width, height);
    draw_boxes(image, boxes.drawn);
    return {image_html(image, item), std::move(boxes.notes)};
  } catch (const std::exception& error) {
    // A report about thousands of items does not fail over one broken file.
    return {str("<p class=\"no-image\"><b>No image.</b> ", html_excerpt(error.what(), 400), "</p>"),
            {}};
  }
}

}  // namespace lion::eval
