#pragma once
/// Moves of pixels that change no value: crop, mirror, and the eight orientations of EXIF.

#include <cstdint>

#include "lion/image/image.h"

namespace lion {

/// The part of `image` that starts at pixel (left, top). Throws InputError unless the part lies
/// inside the image and has at least one pixel.
Image crop(const Image& image, int64_t left, int64_t top, int64_t width, int64_t height);

/// Left and right exchanged.
Image flip_horizontal(const Image& image);

/// The image as a person is meant to see it, given its EXIF orientation 1..8 (1: as stored;
/// 5..8 exchange width and height). Throws InputError for other numbers.
/// Source: Exif 2.3, tag 0x0112; same result as Pillow's `ImageOps.exif_transpose`.
Image orient(const Image& image, int orientation);

}  // namespace lion
