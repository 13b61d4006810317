#include "lion/text/box_format.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion {
namespace {

constexpr int64_t kEnough = 5;     // boxes that another format than the declared one needs
constexpr int64_t kMany = 10;      // that need not leave the image to be in another unit
constexpr double kOverhang = 0.1;  // of a side, by which annotated boxes leave their image
constexpr double kCorner = 0.35;   // of a side: a file's boxes do not all lie in so much

struct UnitRule {
  BoxUnit unit;
  std::string_view name;
  std::string_view words;
  double whole;  // of a side; 0: its pixels
};

constexpr std::array<UnitRule, 4> kUnits = {
    {{BoxUnit::kPixels, "pixels", "in pixels", 0},
     {BoxUnit::kFractions, "fractions", "as fractions (0 to 1)", 1},
     {BoxUnit::kPercent, "percent", "in percent (0 to 100)", 100},
     {BoxUnit::kThousandths, "thousandths", "in thousandths (0 to 1000)", 1000}}};

struct OrderRule {
  BoxOrder order;
  std::string_view name;
  std::string_view words;
};

constexpr std::array<OrderRule, 4> kOrders = {
    {{BoxOrder::kCorners, "xyxy", "x0,y0,x1,y1"},
     {BoxOrder::kSizes, "xywh", "x,y,width,height"},
     {BoxOrder::kYFirst, "yxyx", "y0,x0,y1,x1"},
     {BoxOrder::kCentre, "cxcywh", "centre x,centre y,width,height"}}};

const UnitRule& rule(BoxUnit unit) { return kUnits[static_cast<size_t>(unit)]; }
const OrderRule& rule(BoxOrder order) { return kOrders[static_cast<size_t>(order)]; }

/// As corners, x first, in the unit of the numbers.
std::array<double, 4> corners(const std::array<double, 4>& n, BoxOrder order) {
  switch (order) {
    case BoxOrder::kCorners:
      return n;
    case BoxOrder::kSizes:
      return {n[0], n[1], n[0] + n[2], n[1] + n[3]};
    case BoxOrder::kYFirst:
      return {n[1], n[0], n[3], n[2]};
    case BoxOrder::kCentre:
      return {n[0] - n[2] / 2, n[1] - n[3] / 2, n[0] + n[2] / 2, n[1] + n[3] / 2};
  }
  return n;
}

bool needs_truth(BoxOrder order) {
  return order == BoxOrder::kYFirst || order == BoxOrder::kCentre;
}

double area(const PixelBox& box) {
  return std::max(0.0, box.x1 - box.x0) * std::max(0.0, box.y1 - box.y0);
}

/// Whether a side from `from` to `to` of `whole` can be one of a box: it lies within, more or less,
/// and has `least` or more.
bool is_side(double from, double to, double whole, double least) {
  if (!(to - from >= least)) return false;
  return whole == 0 || (from >= -kOverhang * whole && to <= (1 + kOverhang) * whole);
}

/// Whether one box of the format lies in its image; it may stick out by what rounding explains.
bool lies_within(const std::array<double, 4>& numbers, const BoxFormat& format, int64_t width,
                 int64_t height) {
  constexpr double kSlack = 0.02;
  const PixelBox box = box_in_pixels(numbers, format, width, height);
  const auto w = static_cast<double>(width), h = static_cast<double>(height);
  const double x = 1 + kSlack * w, y = 1 + kSlack * h;
  return box.x0 >= -x && box.y0 >= -y && box.x1 <= w + x && box.y1 <= h + y && box.x1 > box.x0 &&
         box.y1 > box.y0;
}

}  // namespace

std::string box_format_words(const BoxFormat& format) {
  return str(rule(format.order).words, " ", rule(format.unit).words);
}

std::string box_format_name(const BoxFormat& format) {
  return str(rule(format.order).name, "_", rule(format.unit).name);
}

std::vector<std::string> box_format_names() {
  std::vector<std::string> names;
  for (const OrderRule& order : kOrders) {
    for (const UnitRule& unit : kUnits) {
      names.push_back(box_format_name({unit.unit, order.order}));
    }
  }
  return names;
}

BoxFormat parse_box_format(std::string_view name, std::string_view where) {
  for (const OrderRule& order : kOrders) {
    if (name == order.name) return {BoxUnit::kPixels, order.order};
    for (const UnitRule& unit : kUnits) {
      const BoxFormat format{unit.unit, order.order};
      if (name == box_format_name(format)) return format;
    }
  }
  for (const UnitRule& unit : kUnits) {
    if (name == unit.name) return {unit.unit, BoxOrder::kCorners};
  }
  throw InputError(str(where, ": the box format is unknown (got \"", name, "\", expected ",
                       join(box_format_names(), ", "), "). Choose one of them."));
}

PixelBox box_in_pixels(const std::array<double, 4>& numbers, const BoxFormat& format, int64_t width,
                       int64_t height) {
  const auto [x0, y0, x1, y1] = corners(numbers, format.order);
  const double whole = rule(format.unit).whole;
  if (whole == 0) return {x0, y0, x1, y1};
  const double by_x = static_cast<double>(width) / whole,
               by_y = static_cast<double>(height) / whole;
  return {x0 * by_x, y0 * by_y, x1 * by_x, y1 * by_y};
}

std::string corners_fault(const std::array<double, 4>& numbers) {
  const auto [x0, y0, x1, y1] = numbers;
  for (const double one : numbers) {
    if (!std::isfinite(one)) return "one of its numbers is not finite";
  }
  if (x1 < x0) return "x1 < x0: is this x,y,width,height?";
  if (y1 < y0) return "y1 < y0: is this x,y,width,height?";
  return x1 == x0 || y1 == y0 ? "it has no area" : "";
}

std::string box_fault(const std::array<double, 4>& numbers, const BoxFormat& format, int64_t width,
                      int64_t height) {
  const std::string shown =
      str("the box [", numbers[0], ",", numbers[1], ",", numbers[2], ",", numbers[3], "]");
  if (!std::all_of(numbers.begin(), numbers.end(), [](double n) { return std::isfinite(n); })) {
    return str(shown, " has a number that is not finite");
  }
  const bool tiny =
      format.unit == BoxUnit::kPixels &&
      std::all_of(numbers.begin(), numbers.end(), [](double n) { return n >= 0 && n <= 1; });
  if (!tiny && lies_within(numbers, format, width, height)) return "";
  // The usual formats that it fits, those with the same unit or the same order of numbers first.
  const bool is_sizes = format.order == BoxOrder::kSizes;
  std::vector<BoxFormat> others = {{format.unit, is_sizes ? BoxOrder::kCorners : BoxOrder::kSizes}};
  for (const UnitRule& unit : kUnits) {
    if (unit.unit != format.unit) others.push_back({unit.unit, format.order});
  }
  std::vector<std::string> fitting;
  for (const BoxFormat& other : others) {
    if (tiny && other.unit == BoxUnit::kPixels) continue;
    if (lies_within(numbers, other, width, height)) fitting.push_back(box_format_name(other));
  }
  std::string what = str("it reaches out of the image of ", width, " x ", height);
  if (format.order == BoxOrder::kCorners &&
      (numbers[2] <= numbers[0] || numbers[3] <= numbers[1])) {
    what = str(numbers[2] <= numbers[0] ? "x1 <= x0" : "y1 <= y0", ": is this x,y,width,height?");
  } else if (tiny) {
    what = "all numbers are 0 to 1: are these fractions?";
  } else if (is_sizes && (numbers[2] <= 0 || numbers[3] <= 0)) {
    what = "width or height is not above 0";
  }
  return str(shown, " is no ", box_format_name(format), ": ", what,
             fitting.empty()
                 ? ""
                 : str(" It would fit as ", join(fitting, " or "), ": set \"box_format\""));
}

double box_iou(const PixelBox& a, const PixelBox& b) {
  const PixelBox both{std::max(a.x0, b.x0), std::max(a.y0, b.y0), std::min(a.x1, b.x1),
                      std::min(a.y1, b.y1)};
  const double intersection = area(both);
  const double joined = area(a) + area(b) - intersection;
  const double iou = joined > 0 ? intersection / joined : 0.0;
  return std::isfinite(iou) ? iou : 0.0;
}

BoxFormatGuess::BoxFormatGuess(const BoxFormat& declared) : declared_(declared) {
  for (const UnitRule& unit : kUnits) {
    for (const OrderRule& order : kOrders) candidates_.push_back({{unit.unit, order.order}});
  }
}

void BoxFormatGuess::add(const std::array<double, 4>& numbers, int64_t width, int64_t height,
                         const PixelBox* truth) {
  ++count_;
  if (truth) ++known_;
  const double largest = *std::max_element(numbers.begin(), numbers.end());
  const auto w = static_cast<double>(width), h = static_cast<double>(height);
  const auto [a, b, c, d] = numbers;
  span_ = std::max(span_, width < 1 || height < 1 ? 1 : std::max({a / w, b / h, c / w, d / h}));
  for (Candidate& candidate : candidates_) {
    const BoxUnit unit = candidate.format.unit;
    const double whole = rule(unit).whole;
    const double by_x = whole == 0 ? w : whole;
    const double by_y = whole == 0 ? h : whole;
    // Annotated boxes have a pixel; and nobody writes all of a box below 1 of 100 or of 1000.
    const double least = unit == BoxUnit::kPixels ? 1 : 0;
    const auto [x0, y0, x1, y1] = corners(numbers, candidate.format.order);
    const bool in_unit = whole <= 1 || largest > 1;
    if (in_unit && x1 > x0 && y1 > y0 && is_side(x0, x1, by_x, least) &&
        is_side(y0, y1, by_y, least)) {
      ++candidate.fits;
      const double reach = std::max(by_x > 0 ? x1 / by_x : 1, by_y > 0 ? y1 / by_y : 1);
      candidate.reach = std::max(candidate.reach, reach);
    }
    const bool has_size = unit == BoxUnit::kPixels || (width > 0 && height > 0);
    if (truth && has_size) {
      candidate.agreement +=
          box_iou(box_in_pixels(numbers, candidate.format, width, height), *truth);
    }
  }
}

const BoxFormatGuess::Candidate& BoxFormatGuess::declared() const {
  return *std::find_if(candidates_.begin(), candidates_.end(),
                       [&](const Candidate& one) { return one.format == declared_; });
}

bool BoxFormatGuess::fits(const Candidate& candidate) const {
  return 10 * candidate.fits >= 9 * count_;
}

/// The other format that agrees best with what is right, if it does so far better.
const BoxFormatGuess::Candidate* BoxFormatGuess::agreeing() const {
  if (known_ < kEnough) return nullptr;
  const Candidate* best = &declared();
  const auto n = static_cast<double>(known_);
  for (const bool odd : {false, true}) {
    const Candidate* before = best;
    for (const Candidate& one : candidates_) {
      if (needs_truth(one.format.order) != odd || !fits(one)) continue;
      const double ahead = odd ? 0.2 * n : 0;
      if (one.agreement > before->agreement + ahead && one.agreement > best->agreement) best = &one;
    }
  }
  const bool certain = best->agreement >= 0.3 * n && best->agreement >= 3 * declared().agreement;
  return best->format != declared_ && certain ? best : nullptr;
}

/// The other format that the numbers alone speak for.
const BoxFormatGuess::Candidate* BoxFormatGuess::fitting() const {
  const bool in_a_corner = declared_.unit == BoxUnit::kPixels && count_ >= kMany && span_ < kCorner;
  if (fits(declared()) && !in_a_corner) return nullptr;
  const Candidate* best = nullptr;
  const auto rank = [&](const Candidate& one) {
    return std::tuple(one.format.unit == declared_.unit, one.format.order == declared_.order,
                      one.reach);
  };
  for (const Candidate& one : candidates_) {
    const bool possible = !needs_truth(one.format.order) && one.format != declared_ && fits(one);
    if (!possible || (in_a_corner && (one.reach < 0.8 || one.format.unit == declared_.unit))) {
      continue;
    }
    if (!best || rank(one) > rank(*best)) best = &one;
  }
  return best;
}

BoxFormatGuess::Result BoxFormatGuess::conclude(const Candidate& best, bool converts) const {
  const Candidate& expected = declared();
  const bool enough = converts && count_ >= kEnough;
  std::string why = str(best.fits, " of ", count_, " fit it, ", expected.fits, " fit ",
                        box_format_words(declared_), ", which is expected here");
  if (known_ > 0) {
    const auto percent = [&](const Candidate& one) {
      return std::llround(100 * one.agreement / static_cast<double>(known_));
    };
    why += str("; mean IoU with what is right: ", percent(best), " % instead of ",
               percent(expected), " %");
  } else if (2 * expected.fits >= count_) {
    why += ", but then all lie in one corner of their images";
  }
  return {enough ? best.format : declared_, enough,
          str(enough ? "the boxes are read as " : "the boxes look like ",
              box_format_words(best.format), " (", why, ")")};
}

BoxFormatGuess::Result BoxFormatGuess::result(bool converts) const {
  if (count_ == 0) return {declared_, false, ""};
  if (const Candidate* best = agreeing()) return conclude(*best, converts);
  if (const Candidate* best = fitting()) return conclude(*best, converts);
  if (2 * declared().fits >= count_) return {declared_, false, ""};
  return {declared_, false,
          str("only ", declared().fits, " of ", count_, " boxes are ", box_format_words(declared_),
              " within their image, and no other unit or order explains them all")};
}

}  // namespace lion
