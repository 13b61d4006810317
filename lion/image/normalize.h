#pragma once
/// From 8-bit pixels to the numbers that the vision networks take.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "lion/image/image.h"
#include "lion/image/resize.h"

namespace lion {

/// Mean and standard deviation of R, G, B on the scale 0..1.
struct Normalization {
  std::array<float, 3> mean;
  std::array<float, 3> std;
};

/// Of the LION vision encoder. Source: CLIP.
inline constexpr Normalization kClipNormalization = {{0.48145466f, 0.4578275f, 0.40821073f},
                                                     {0.26862954f, 0.26130258f, 0.27577711f}};

/// Of the RAM tagger. Source: ImageNet, as torchvision uses it.
inline constexpr Normalization kImageNetNormalization = {{0.485f, 0.456f, 0.406f},
                                                         {0.229f, 0.224f, 0.225f}};

/// Writes (v / 255 - mean) / std, each operation in fp32, to `chw` [3,height,width]. Throws
/// InputError when `chw` has not 3 * height * width elements.
void normalize(const Image& image, const Normalization& normalization, std::span<float> chw);

/// Resizes to size x size pixels and normalises: [3,size,size].
std::vector<float> preprocess(const Image& image, int64_t size, Filter filter,
                              const Normalization& normalization);

}  // namespace lion
