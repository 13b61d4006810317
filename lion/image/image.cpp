#include "lion/image/image.h"

#include "lion/base/error.h"

namespace lion {

Image Image::black(int64_t width, int64_t height) {
  if (width < 1 || height < 1) {
    throw InputError(str("Image: the size is ", width, " x ", height,
                         " pixels (expected at least 1 x 1). Give a positive width and height."));
  }
  return {width, height, std::vector<uint8_t>(static_cast<size_t>(width) * height * 3)};
}

}  // namespace lion
