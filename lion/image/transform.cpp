#include "lion/image/transform.h"

#include <algorithm>

#include "lion/base/error.h"

namespace lion {

Image crop(const Image& image, int64_t left, int64_t top, int64_t width, int64_t height) {
  if (left < 0 || top < 0 || width < 1 || height < 1 || left > image.width - width ||
      top > image.height - height) {
    throw InputError(str("crop: the part ", width, " x ", height, " at (", left, ", ", top,
                         ") is not inside the image (expected inside ", image.width, " x ",
                         image.height, " pixels). Choose a part of the image."));
  }
  Image out = Image::black(width, height);
  for (int64_t y = 0; y < height; ++y) {
    std::copy_n(image.row(top + y) + left * 3, width * 3, out.row(y));
  }
  return out;
}

Image flip_horizontal(const Image& image) { return orient(image, 2); }

Image orient(const Image& image, int orientation) {
  if (orientation < 1 || orientation > 8) {
    throw InputError(str("orient: unknown EXIF orientation (got ", orientation,
                         ", expected 1 to 8). Use 1 for an image that is to stay as it is."));
  }
  if (orientation == 1) return image;
  const bool transposed = orientation >= 5;
  const bool mirror_x = orientation == 2 || orientation == 3 || orientation == 7 ||
                        orientation == 8;  // of the stored image
  const bool mirror_y =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  Image out = transposed ? Image::black(image.height, image.width)
                         : Image::black(image.width, image.height);
  for (int64_t y = 0; y < out.height; ++y) {
    uint8_t* to = out.row(y);
    for (int64_t x = 0; x < out.width; ++x, to += 3) {
      int64_t from_x = transposed ? y : x;
      int64_t from_y = transposed ? x : y;
      if (mirror_x) from_x = image.width - 1 - from_x;
      if (mirror_y) from_y = image.height - 1 - from_y;
      std::copy_n(image.row(from_y) + from_x * 3, 3, to);
    }
  }
  return out;
}

}  // namespace lion
