#pragma once
/// Internal to this component: one sample of a report: image, prompt, answer, truth.

#include <optional>
#include <string>

#include "lion/eval/report/html_report.h"
#include "lion/text/box_format.h"

namespace lion::eval {

struct SampleView {
  const Item* item = nullptr;
  const Prediction* prediction = nullptr;
  std::optional<double> value;  ///< of the item, as in Score::values
  std::string value_name;       ///< what the value is: "CIDEr", "wrong"
  /// Of the answer's box.
  BoxFormat boxes = {BoxUnit::kFractions, BoxOrder::kCorners};
  std::string note;  ///< more about the value, in words, not escaped; or ""
};

std::string sample_view(const SampleView& sample, const ReportOptions& options);

}  // namespace lion::eval
