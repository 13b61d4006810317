#include "lion/image/normalize.h"

#include "lion/base/error.h"

namespace lion {

void normalize(const Image& image, const Normalization& normalization, std::span<float> chw) {
  const int64_t pixels = image.width * image.height;
  if (std::ssize(chw) != pixels * 3) {
    throw InputError(str("normalize: the destination has ", chw.size(), " elements (expected ",
                         pixels * 3, " for 3 channels of ", image.width, " x ", image.height,
                         "). Give a span of 3 * height * width floats."));
  }
  for (int c = 0; c < 3; ++c) {
    std::array<float, 256> table;  // a byte has 256 values: one division each, not one per pixel
    for (int v = 0; v < 256; ++v) {
      table[v] = (static_cast<float>(v) / 255.0f - normalization.mean[c]) / normalization.std[c];
    }
    float* to = chw.data() + c * pixels;
    const uint8_t* from = image.rgb.data() + c;
    for (int64_t i = 0; i < pixels; ++i) to[i] = table[from[i * 3]];
  }
}

std::vector<float> preprocess(const Image& image, int64_t size, Filter filter,
                              const Normalization& normalization) {
  const Image resized = resize(image, size, size, filter);
  std::vector<float> chw(resized.rgb.size());
  normalize(resized, normalization, chw);
  return chw;
}

}  // namespace lion
