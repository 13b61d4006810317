#pragma once
/// A contact sheet: samples side by side, to look at.

#include <cstdint>

#include "lion/image/image.h"
#include "lion/scenes/painter.h"

namespace lion::scenes {

struct ContactSheetOptions {
  uint64_t first = 0;  ///< index of the first scene
  int64_t columns = 6;
  int64_t rows = 4;
  int64_t cell = 256;  ///< pixels a side of each image on the sheet
  bool boxes = true;   ///< draws the boxes with their names
};

/// Scenes first, first + 1, ... row by row. Throws InputError when a size is below 1.
Image contact_sheet(const Painter& painter, const ContactSheetOptions& options);

}  // namespace lion::scenes
