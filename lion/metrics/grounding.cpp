#include "lion/metrics/grounding.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <system_error>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/text/box_format.h"

namespace lion {
namespace {

constexpr std::string_view kInside = "0123456789., ";
constexpr double kHit = 0.5;

/// What Python's float() makes of digits, points and blanks.
std::optional<double> parse_number(std::string_view text) {
  text = trim(text);
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    const std::string_view whole = text.substr(0, text.find('.'));
    const bool tiny = whole.find_first_not_of('0') == whole.npos;
    return tiny ? 0.0 : std::numeric_limits<double>::infinity();
  }
  return value;
}

std::optional<Box> parse_four(std::string_view text) {
  const std::vector<std::string> parts = split(text, ',');
  if (parts.size() != 4) return std::nullopt;
  std::array<double, 4> numbers{};
  for (size_t i = 0; i < 4; ++i) {
    const std::optional<double> number = parse_number(parts[i]);
    if (!number) return std::nullopt;
    numbers[i] = *number;
  }
  return Box{numbers[0], numbers[1], numbers[2], numbers[3]};
}

}  // namespace

std::optional<Box> first_box(std::string_view answer) {
  for (size_t open = answer.find('['); open != answer.npos; open = answer.find('[', open + 1)) {
    const size_t begin = open + 1;
    const size_t end = std::min(answer.find_first_not_of(kInside, begin), answer.size());
    if (end == begin || end == answer.size() || answer[end] != ']') continue;
    return parse_four(answer.substr(begin, end - begin));
  }
  return std::nullopt;
}

double answer_iou(std::string_view answer, const PixelBox& truth, int64_t width, int64_t height) {
  const std::optional<Box> box = first_box(answer);
  return box ? box_iou(to_pixels(*box, width, height), truth) : 0.0;
}

GroundingScores score_grounding(std::span<const std::optional<double>> ious) {
  if (ious.empty()) {
    throw InputError("score_grounding: there is no answer (expected one or more). Pass some.");
  }
  GroundingScores scores;
  for (const std::optional<double>& found : ious) {
    const double iou = found.value_or(0.0);
    scores.accuracy += iou >= kHit ? 1 : 0;
    scores.mean_iou += iou;
    scores.parsed += found ? 1 : 0;
    const auto bin = static_cast<size_t>(std::clamp(std::floor(iou * 10), 0.0, 9.0));
    ++scores.histogram[bin];
  }
  const auto n = static_cast<double>(ious.size());
  for (double* figure : {&scores.accuracy, &scores.mean_iou, &scores.parsed}) *figure /= n;
  return scores;
}

}  // namespace lion
