#pragma once
/// Images to PNG and JPEG files.

#include <filesystem>
#include <string>

#include "lion/image/image.h"

namespace lion {

/// A PNG file, 8-bit RGB. Throws InputError when the image has no pixels.
std::string encode_png(const Image& image);

/// A JPEG file with full colour resolution (4:4:4). `quality` is 1..100. Throws InputError when
/// the image has no pixels or a side of more than 65535, or when the quality is out of range.
std::string encode_jpeg(const Image& image, int quality);

/// Writes a PNG (".png") or a JPEG of quality 92 (".jpg", ".jpeg"), beside and then renamed. Throws
/// InputError for other extensions, ResourceError when the file cannot be written.
void save_image(const std::filesystem::path& path, const Image& image);

}  // namespace lion
