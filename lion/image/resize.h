#pragma once
/// Resizing that gives Pillow's bytes.

#include <cstdint>

#include "lion/image/image.h"

namespace lion {

/// Bilinear: triangle, support 1. Bicubic: a = -0.5, support 2. Both widen when a side shrinks
/// (antialiasing).
enum class Filter { kBilinear, kBicubic };

/// `image` at width x height pixels; the aspect ratio is not kept. Equal to
/// `PIL.Image.resize((width, height), filter)` of Pillow 13 byte for byte; Pillow before 13 differs
/// by one level here and there where a tall image shrinks. Throws InputError unless all sides
/// are at least 1. Source: Pillow's Resample.c (fixed point with 22 bits, rounded after each pass).
Image resize(const Image& image, int64_t width, int64_t height, Filter filter);

}  // namespace lion
