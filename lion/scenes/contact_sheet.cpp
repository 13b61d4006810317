#include "lion/scenes/contact_sheet.h"

#include <algorithm>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/image/draw.h"
#include "lion/image/resize.h"

namespace lion::scenes {
namespace {

Image sample(const Painter& painter, uint64_t index, const ContactSheetOptions& options) {
  const Scene scene = painter.plan(index);
  Image image = resize(painter.paint(scene), options.cell, options.cell, Filter::kBicubic);
  if (!options.boxes) return image;
  const double zoom = static_cast<double>(options.cell) / static_cast<double>(scene.size);
  for (size_t i = 0; i < scene.objects.size(); ++i) {
    const PixelBox box = scene.objects[i].box();
    draw_box(image, {box.x0 * zoom, box.y0 * zoom, box.x1 * zoom, box.y1 * zoom,
                     painter.vocabulary().name(scene.objects[i]), palette_color(i)});
  }
  return image;
}

}  // namespace

Image contact_sheet(const Painter& painter, const ContactSheetOptions& options) {
  if (options.columns < 1 || options.rows < 1 || options.cell < 1) {
    throw InputError(str("contact_sheet: a size is below 1 (got ", options.columns, " columns, ",
                         options.rows, " rows, cells of ", options.cell,
                         " pixels). Use positive sizes."));
  }
  Image sheet = Image::black(options.columns * options.cell, options.rows * options.cell);
  for (int64_t i = 0; i < options.columns * options.rows; ++i) {
    const Image cell = sample(painter, options.first + static_cast<uint64_t>(i), options);
    const int64_t left = i % options.columns * options.cell,
                  top = i / options.columns * options.cell;
    for (int64_t y = 0; y < options.cell; ++y) {
      std::copy_n(cell.row(y), options.cell * 3, sheet.row(top + y) + left * 3);
    }
  }
  return sheet;
}

}  // namespace lion::scenes
