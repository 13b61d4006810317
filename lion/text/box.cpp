#include "lion/text/box.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <system_error>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion {
namespace {

constexpr std::string_view kInside = "0123456789., ";
constexpr double kTooLarge = 1e300;  // stands for a number that no double holds

/// A number of digits and at most one point, without sign or exponent.
std::optional<double> parse_number(std::string_view text) {
  text = trim(text);
  if (text.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (stop != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    const std::string_view whole = text.substr(0, text.find('.'));
    return whole.find_first_not_of('0') == std::string_view::npos ? 0.0 : kTooLarge;
  }
  return value;
}

/// Exactly four numbers, separated by commas.
std::optional<std::array<double, 4>> parse_four(std::string_view text) {
  const std::vector<std::string> parts = split(text, ',');
  if (parts.size() != 4) return std::nullopt;
  std::array<double, 4> numbers{};
  for (size_t i = 0; i < 4; ++i) {
    const std::optional<double> number = parse_number(parts[i]);
    if (!number) return std::nullopt;
    numbers[i] = *number;
  }
  return numbers;
}

ParsedBox make_sound(const std::array<double, 4>& numbers) {
  ParsedBox found;
  const auto clamp = [&](double number) {
    found.clamped |= number > 1.0;
    return std::min(number, 1.0);
  };
  Box& box = found.box;
  box = {clamp(numbers[0]), clamp(numbers[1]), clamp(numbers[2]), clamp(numbers[3])};
  found.reordered = box.x0 > box.x1 || box.y0 > box.y1;
  if (box.x0 > box.x1) std::swap(box.x0, box.x1);
  if (box.y0 > box.y1) std::swap(box.y0, box.y1);
  found.degenerate = box.x0 == box.x1 || box.y0 == box.y1;
  return found;
}

}  // namespace

std::string format_box(const Box& box) {
  std::string text = "[";
  for (const double number : {box.x0, box.y0, box.x1, box.y1}) {
    std::array<char, 400> digits;  // the largest double has 309 before the point
    const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number,
                                            std::chars_format::fixed, 3);
    LION_CHECK(error == std::errc(), "The buffer holds every double.");
    if (text.size() > 1) text += ',';
    text.append(digits.data(), end);
  }
  return text + "]";
}

std::vector<ParsedBox> parse_boxes(std::string_view text) {
  std::vector<ParsedBox> boxes;
  for (size_t open = text.find('['); open != std::string_view::npos; open = text.find('[', open)) {
    const size_t begin = open + 1;
    const size_t end = std::min(text.find_first_not_of(kInside, begin), text.size());
    if (end < text.size() && text[end] == ']') {
      if (const auto numbers = parse_four(text.substr(begin, end - begin))) {
        ParsedBox found = make_sound(*numbers);
        found.offset = open;
        found.length = end + 1 - open;
        boxes.push_back(found);
      }
    }
    open = end;
  }
  return boxes;
}

PixelBox to_pixels(const Box& box, int64_t width, int64_t height) {
  if (width < 1 || height < 1) {
    throw InputError(str("to_pixels: the picture has ", width, " x ", height,
                         " pixels, expected at least 1 x 1. Pass the size of the picture."));
  }
  const auto w = static_cast<double>(width);
  const auto h = static_cast<double>(height);
  return {box.x0 * w, box.y0 * h, box.x1 * w, box.y1 * h};
}

Box parse_box_argument(std::string_view text, int64_t width, int64_t height) {
  const PixelBox whole = to_pixels({0.0, 0.0, 1.0, 1.0}, width, height);
  const auto fail = [&](std::string_view expected, std::string_view mend) {
    throw InputError(str("box \"", text, "\": expected ", expected, ". ", mend));
  };
  std::string_view numbers = trim(text);
  const bool pixels = numbers.ends_with("px");
  if (pixels) numbers.remove_suffix(2);
  const auto four = parse_four(numbers);
  if (!four) {
    fail("four numbers x0,y0,x1,y1", "Write for instance 0.1,0.2,0.5,0.9 or 10,20,50,90px.");
  }
  Box box{(*four)[0], (*four)[1], (*four)[2], (*four)[3]};
  if (pixels) box = {box.x0 / whole.x1, box.y0 / whole.y1, box.x1 / whole.x1, box.y1 / whole.y1};
  if (std::max({box.x0, box.y0, box.x1, box.y1}) > 1.0) {
    if (pixels) {
      fail(str("pixels of a picture of ", width, " x ", height), "Keep the box in the picture.");
    }
    fail("fractions from 0 to 1", "Write px behind the last number if these are pixels.");
  }
  if (box.x0 >= box.x1 || box.y0 >= box.y1) {
    fail("x0 < x1 and y0 < y1", "Give the top left corner, then the bottom right one.");
  }
  return box;
}

}  // namespace lion
