#pragma once
/// Accuracy of boxes that answer "where is ...?". Source: the pattern of LION's released code; IoU
/// of continuous boxes, as RefCOCO is scored.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "lion/text/box.h"
#include "lion/text/box_format.h"

namespace lion {

/// The four numbers of the first `\[([0-9., ]+)\]` of an answer, as they are: nothing is swapped or
/// clamped. Nothing when there is no match or it does not hold exactly four numbers.
std::optional<Box> first_box(std::string_view answer);

/// IoU of the box in `answer` with `truth` (pixels of an image of width x height); 0 without one.
double answer_iou(std::string_view answer, const PixelBox& truth, int64_t width, int64_t height);

struct GroundingScores {
  double accuracy = 0;  ///< IoU >= 0.5
  double mean_iou = 0;
  double parsed = 0;                    ///< share of answers with a box
  std::array<int64_t, 10> histogram{};  ///< of IoU: [0,0.1), [0.1,0.2), ..., [0.9,1]
};
/// `ious[i]` of answer i, or nothing when it has no box. Throws InputError when there is none.
GroundingScores score_grounding(std::span<const std::optional<double>> ious);

}  // namespace lion
