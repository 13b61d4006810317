#pragma once
/// One HTML file about a run, opened without a server: scores beside the paper's, a bar per
/// category, the worst and the best samples with images, boxes, prompt and answer.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lion/eval/item.h"
#include "lion/eval/read_benchmark.h"
#include "lion/eval/score.h"
#include "lion/image/image.h"
#include "lion/metrics/statistics.h"

namespace lion::eval {

struct ReportPart {
  const Benchmark* benchmark = nullptr;
  std::span<const Prediction> predictions;  ///< of benchmark->items, in order
  const Score* score = nullptr;
  std::optional<Interval> interval;  ///< of score->main, in its units
  std::string not_comparable;        ///< with the paper's score, and why; "": it is
};

struct ReportOptions {
  std::string model;                                       ///< shown in the head
  std::string created;                                     ///< "2026-11-25 22:10"
  std::vector<std::pair<std::string, std::string>> facts;  ///< more rows of the head: tags, device
  int64_t samples = 6;       ///< how many of the worst, and as many of the best, per benchmark
  int64_t image_side = 320;  ///< pixels of the longer side; images are JPEG data URIs
  /// The image of an item; what it throws is shown in the image's place.
  std::function<Image(const Item&)> load_item_image;
};

/// The whole file. Answers and prompts are text of unknown origin: all of it is escaped.
std::string html_report(std::span<const ReportPart> parts, const ReportOptions& options);

}  // namespace lion::eval
