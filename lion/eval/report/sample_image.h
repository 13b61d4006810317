#pragma once
/// Internal to this component: the image of a sample, with the boxes of truth and answer.

#include <optional>
#include <string>
#include <vector>

#include "lion/eval/report/html_report.h"
#include "lion/text/box_format.h"

namespace lion::eval {

struct SampleImage {
  std::string html;                ///< an <img> with the image in it, or why there is none
  std::vector<std::string> notes;  ///< about boxes, in words, not escaped
};

/// Scaled down to `options.image_side`; boxes are drawn when the item's truth has one. `format`
/// is that of the answer's box.
SampleImage sample_image(const Item& item, const Prediction& prediction, const BoxFormat& format,
                         const ReportOptions& options);

}  // namespace lion::eval
