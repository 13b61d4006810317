#pragma once
/// The size of an image as training sees it.

#include <cstdint>
#include <utility>

#include "lion/image/decode.h"

namespace lion::data {

/// Width and height in pixels of the image that `decode_image` gives with this setting: the sides
/// of the stored pixels change places where it is turned by a quarter.
inline std::pair<int64_t, int64_t> image_size(const ImageInfo& info, Exif exif) {
  const bool quarter = exif == Exif::kAuto && info.orientation >= 5;
  return quarter ? std::pair(info.height, info.width) : std::pair(info.width, info.height);
}

}  // namespace lion::data
