#pragma once
/// A contact sheet: one image that shows samples of all data sets, to be looked at by a person.

#include <cstdint>
#include <memory>
#include <span>

#include "lion/data/dataset.h"
#include "lion/image/image.h"

namespace lion::data {

struct ContactSheetOptions {
  int64_t samples = 24;
  int64_t columns = 4;
  int64_t cell_width = 360;  ///< pixels, at least 120
  uint64_t seed = 0;         ///< of the records, templates and answers drawn
};

/// A cell per sample: its image with its boxes, below it data set, record, instruction and
/// answer. The data sets take turns; no record is shown twice, so there may be fewer. An image
/// that cannot be read is shown as the message that says so. Throws InputError when there is no
/// record to show or an option is out of range.
Image contact_sheet(std::span<const std::unique_ptr<Dataset>> datasets,
                    const ContactSheetOptions& options = {});

}  // namespace lion::data
