#pragma once
/// Images from bytes: JPEG, PNG, WebP and GIF (first frame), recognised by their content.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include "lion/image/image.h"

namespace lion {

/// Whether an image is turned as its EXIF or XMP orientation says (what a person sees) or kept as
/// stored (what the released LION code does).
enum class Exif { kAuto, kIgnore };

struct DecodeOptions {
  Exif exif = Exif::kAuto;
  /// An image of more pixels is refused before it is decoded. Default: where Pillow warns.
  int64_t max_pixels = 89'478'485;
  /// Whether log_warning says what a person who looks at the image would not expect of its
  /// pixels: colours hidden under transparency, 16-bit grey that comes out white.
  bool notices = false;
};

enum class ImageFormat { kJpeg, kPng, kWebp, kGif };

/// "JPEG", "PNG", "WebP" or "GIF".
std::string_view format_name(ImageFormat format);

/// What the header of an image says.
struct ImageInfo {
  ImageFormat format = ImageFormat::kJpeg;
  int64_t width = 0;    ///< pixels as stored, before any turning
  int64_t height = 0;   ///< pixels as stored, before any turning
  int orientation = 1;  ///< EXIF, else XMP, 1..8; 1 when the file does not say
};

/// Reads the header only. `where` names the image in errors, for instance its path. Throws
/// InputError when the bytes are empty, of another format, or damaged.
ImageInfo probe_image(std::span<const std::byte> bytes, std::string_view where);

/// Width and height in pixels of the image that `decode_image` gives with this setting: the sides
/// of the stored pixels change places where it is turned by a quarter.
std::pair<int64_t, int64_t> image_size(const ImageInfo& info, Exif exif);

/// The same of a file, of which only the header is read. Throws ResourceError when it cannot be
/// read, else as `probe_image`.
std::pair<int64_t, int64_t> image_file_size(const std::filesystem::path& path, Exif exif);

/// The pixels, equal to Pillow's `convert("RGB")`: grey is replicated, palettes are looked up,
/// alpha is dropped without blending, 16-bit colour keeps the high byte, 16-bit grey above 255 is
/// 255; indices beyond a palette are black. Of an animation, the first frame. Throws InputError as
/// `probe_image` does, when the image is truncated, has more than `options.max_pixels`, or is of
/// a kind that cannot be read, such as lossless JPEG.
Image decode_image(std::span<const std::byte> bytes, const DecodeOptions& options,
                   std::string_view where);

/// Reads and decodes a file. Throws ResourceError when it cannot be read, else as `decode_image`.
Image load_image(const std::filesystem::path& path, const DecodeOptions& options = {});

}  // namespace lion
