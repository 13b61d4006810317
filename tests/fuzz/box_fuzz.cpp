// Boxes out of any text, and the command line's box argument.

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lion/base/error.h"
#include "lion/text/box.h"

namespace {

/// A broken promise ends the run, so that the fuzzer keeps the input.
void expect(bool promise) {
  if (!promise) std::abort();
}

void expect_sound(const lion::Box& box) {
  expect(box.x0 >= 0.0 && box.x0 <= box.x1 && box.x1 <= 1.0);
  expect(box.y0 >= 0.0 && box.y0 <= box.y1 && box.y1 <= 1.0);
}

/// Up to the three digits that a box is written with.
bool is_near(double a, double b) { return std::abs(a - b) <= 0.000501; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  size_t done = 0;
  for (const lion::ParsedBox& found : lion::parse_boxes(text)) {
    expect(found.offset >= done && found.offset + found.length <= size);
    expect(text[found.offset] == '[' && text[found.offset + found.length - 1] == ']');
    done = found.offset + found.length;
    expect_sound(found.box);
    const auto again = lion::parse_boxes(lion::format_box(found.box));
    expect(again.size() == 1);
    const lion::Box& box = again[0].box;
    expect(is_near(box.x0, found.box.x0) && is_near(box.y0, found.box.y0));
    expect(is_near(box.x1, found.box.x1) && is_near(box.y1, found.box.y1));
  }
  try {
    expect_sound(lion::parse_box_argument(text, 640, 480));
  } catch (const lion::Error&) {
  }
  return 0;
}
