#include "lion/data/box_format.h"

#include <algorithm>
#include <cmath>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion::data {
namespace {

constexpr std::array<std::string_view, 2> kCorners = {"xyxy", "xywh"};
constexpr std::array<std::string_view, 4> kUnits = {"pixels", "fractions", "thousand", "percent"};

/// What the whole width and height are in this unit.
std::array<double, 2> whole(BoxUnit unit, double width, double height) {
  switch (unit) {
    case BoxUnit::kPixels:
      return {width, height};
    case BoxUnit::kFractions:
      return {1, 1};
    case BoxUnit::kThousand:
      return {1000, 1000};
    case BoxUnit::kPercent:
      return {100, 100};
  }
  return {width, height};
}

/// Numbers that stick out of the image by what rounding explains do not count.
constexpr double kSlack = 0.02;

bool fits(const std::array<double, 4>& n, const BoxFormat& format, double width, double height) {
  const std::array<double, 4> box = box_in_pixels(n, format, width, height);
  const double x = 1 + kSlack * width;
  const double y = 1 + kSlack * height;
  return box[0] >= -x && box[1] >= -y && box[2] <= width + x && box[3] <= height + y &&
         box[2] > box[0] && box[3] > box[1];
}

std::string shown(const std::array<double, 4>& n) {
  return str("[", n[0], ",", n[1], ",", n[2], ",", n[3], "]");
}

}  // namespace

std::string box_format_name(const BoxFormat& format) {
  return str(kCorners[static_cast<size_t>(format.corners)], "_",
             kUnits[static_cast<size_t>(format.unit)]);
}

std::vector<std::string> box_format_names() {
  std::vector<std::string> names;
  for (const std::string_view corners : kCorners) {
    for (const std::string_view unit : kUnits) names.push_back(str(corners, "_", unit));
  }
  return names;
}

BoxFormat parse_box_format(std::string_view name, std::string_view where) {
  for (size_t c = 0; c < kCorners.size(); ++c) {
    for (size_t u = 0; u < kUnits.size(); ++u) {
      const BoxFormat format{static_cast<BoxCorners>(c), static_cast<BoxUnit>(u)};
      if (name == box_format_name(format)) return format;
    }
    if (name == kCorners[c]) return {static_cast<BoxCorners>(c), BoxUnit::kPixels};
  }
  throw InputError(str(where, ": \"box_format\" is unknown (got \"", name, "\", expected ",
                       join(box_format_names(), ", "), "). Choose one of them."));
}

std::array<double, 4> box_in_pixels(const std::array<double, 4>& numbers, const BoxFormat& format,
                                    double width, double height) {
  std::array<double, 4> box = numbers;
  if (format.corners == BoxCorners::kXywh) {
    box[2] += box[0];
    box[3] += box[1];
  }
  const auto [w, h] = whole(format.unit, width, height);
  return {box[0] * width / w, box[1] * height / h, box[2] * width / w, box[3] * height / h};
}

std::string box_fault(const std::array<double, 4>& numbers, const BoxFormat& format, double width,
                      double height) {
  if (!std::all_of(numbers.begin(), numbers.end(), [](double n) { return std::isfinite(n); })) {
    return str("the box ", shown(numbers), " has a number that is not finite");
  }
  const bool tiny =
      format.unit == BoxUnit::kPixels &&
      std::all_of(numbers.begin(), numbers.end(), [](double n) { return n >= 0 && n <= 1; });
  if (!tiny && fits(numbers, format, width, height)) return "";
  // The formats that it fits, those with the same order of numbers or the same unit first.
  std::vector<std::string> others;
  const auto consider = [&](const BoxFormat& other) {
    if (!fits(numbers, other, width, height)) return;
    if (other.unit == BoxUnit::kPixels && tiny) return;
    others.push_back(box_format_name(other));
  };
  consider(
      {format.corners == BoxCorners::kXyxy ? BoxCorners::kXywh : BoxCorners::kXyxy, format.unit});
  for (size_t u = 0; u < kUnits.size(); ++u) {
    const auto unit = static_cast<BoxUnit>(u);
    if (unit != format.unit) consider({format.corners, unit});
  }
  const bool swapped =
      format.corners == BoxCorners::kXyxy && (numbers[2] <= numbers[0] || numbers[3] <= numbers[1]);
  const std::string what =
      swapped
          ? str(numbers[2] <= numbers[0] ? "x1 <= x0" : "y1 <= y0", ": is this x,y,width,height?")
      : tiny ? std::string("all numbers are 0 to 1: are these fractions?")
      : format.corners == BoxCorners::kXywh && (numbers[2] <= 0 || numbers[3] <= 0)
          ? std::string("width or height is not above 0")
          : str("it reaches out of the image of ", width, " x ", height);
  return str(
      "the box ", shown(numbers), " is no ", box_format_name(format), ": ", what,
      others.empty() ? "" : str(" It would fit as ", join(others, " or "), ": set \"box_format\""));
}

}  // namespace lion::data
