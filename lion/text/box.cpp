#include "lion/text/box.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <system_error>

#include "lion/base/error.h"
#include "lion/base/json.h"
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
    throw InputError(str("to_pixels: the image has ", width, " x ", height,
                         " pixels, expected at least 1 x 1. Pass the size of the image."));
  }
  const auto w = static_cast<double>(width);
  const auto h = static_cast<double>(height);
  return {box.x0 * w, box.y0 * h, box.x1 * w, box.y1 * h};
}

namespace {

/// What an argument says, before it is known to be a box of the image.
struct WrittenBox {
  std::array<double, 4> numbers{};
  bool pixels = false;
};

/// {"x0": 0.1, ...}, as JSON results have it.
std::optional<WrittenBox> parse_box_object(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  WrittenBox written;
  constexpr std::array<const char*, 4> kCorners{"x0", "y0", "x1", "y1"};
  for (size_t i = 0; i < kCorners.size(); ++i) {
    const auto number = json.find(kCorners[i]);
    if (number == json.end() || !number->is_number()) return std::nullopt;
    written.numbers[i] = number->get<double>();
    if (!(written.numbers[i] >= 0)) return std::nullopt;
    written.pixels |= written.numbers[i] > 1;
  }
  return written;
}

/// "0.1,0.2,0.5,0.9", "[10,20,50,90]px", "[10,20,50,90px]"
std::optional<WrittenBox> parse_box_numbers(std::string_view text) {
  WrittenBox written;
  const auto take_unit = [&] {
    if (!text.ends_with("px")) return;
    text.remove_suffix(2);
    text = trim(text);
    written.pixels = true;
  };
  take_unit();
  if (text.starts_with('[') && text.ends_with(']')) {
    text = trim(text.substr(1, text.size() - 2));
    take_unit();
  }
  const auto four = parse_four(text);
  if (!four) return std::nullopt;
  written.numbers = *four;
  return written;
}

/// The only "[x0,y0,x1,y1]" of a longer text, an answer for instance.
std::optional<WrittenBox> parse_box_in_text(std::string_view text) {
  const std::vector<ParsedBox> boxes = parse_boxes(text);
  if (boxes.empty() || boxes.front().clamped) return std::nullopt;
  const Box& box = boxes.front().box;
  for (const ParsedBox& other : boxes) {
    if (!(other.box == box)) return std::nullopt;  // which of them is not for us to say
  }
  return WrittenBox{{box.x0, box.y0, box.x1, box.y1}, false};
}

}  // namespace

Box parse_box_argument(std::string_view text, int64_t width, int64_t height) {
  const PixelBox whole = to_pixels({0.0, 0.0, 1.0, 1.0}, width, height);
  const auto fail = [&](std::string_view expected, std::string_view fix) {
    throw InputError(str("box \"", text, "\": expected ", expected, ". ", fix));
  };
  const std::string_view trimmed = trim(text);
  std::optional<WrittenBox> written =
      trimmed.starts_with('{') ? parse_box_object(trimmed) : parse_box_numbers(trimmed);
  if (!written) written = parse_box_in_text(trimmed);
  if (!written) {
    fail("four numbers x0,y0,x1,y1", "Write for instance 0.1,0.2,0.5,0.9 or 10,20,50,90px.");
  }
  const auto [x0, y0, x1, y1] = written->numbers;
  const bool pixels = written->pixels;
  Box box{x0, y0, x1, y1};
  if (pixels) box = {box.x0 / whole.x1, box.y0 / whole.y1, box.x1 / whole.x1, box.y1 / whole.y1};
  if (std::max({box.x0, box.y0, box.x1, box.y1}) > 1.0) {
    if (pixels) {
      fail(str("pixels of an image of ", width, " x ", height), "Keep the box in the image.");
    }
    fail("fractions from 0 to 1", "Write px behind the last number if these are pixels.");
  }
  if (box.x0 >= box.x1 || box.y0 >= box.y1) {
    fail("x0 < x1 and y0 < y1", "Give the top left corner, then the bottom right one.");
  }
  return box;
}

}  // namespace lion
