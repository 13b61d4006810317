#pragma once
/// An image in memory: 8-bit RGB.

#include <cstdint>
#include <vector>

namespace lion {

/// `rgb` is [height,width,3], row by row from the top, without padding.
struct Image {
  int64_t width = 0;
  int64_t height = 0;
  std::vector<uint8_t> rgb;

  /// A black image. Throws InputError unless both sides are at least 1.
  static Image black(int64_t width, int64_t height);

  /// First byte of row `y`, which has 3 * width bytes.
  uint8_t* row(int64_t y) { return rgb.data() + y * width * 3; }
  const uint8_t* row(int64_t y) const { return rgb.data() + y * width * 3; }

  bool operator==(const Image&) const = default;
};

}  // namespace lion
