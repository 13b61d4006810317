#pragma once
/// Internal to this component: a header reader and a decoder for each format. `decode.cpp` picks
/// one and checks the pixel limit in between. All throw InputError.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "lion/image/decode.h"
#include "lion/image/image.h"

namespace lion {

using Bytes = std::span<const std::byte>;

ImageInfo probe_jpeg(Bytes bytes, std::string_view where);
ImageInfo probe_png(Bytes bytes, std::string_view where);
ImageInfo probe_webp(Bytes bytes, std::string_view where);
ImageInfo probe_gif(Bytes bytes, std::string_view where);

/// Pixels, and what is worth saying about them; empty when they are what anybody expects.
struct Decoded {
  Image image;
  std::string notice{};
};

// `info` is what the probe of the same bytes gave.
Decoded decode_jpeg(Bytes bytes, const ImageInfo& info, std::string_view where);
Decoded decode_png(Bytes bytes, const ImageInfo& info, std::string_view where);
Decoded decode_webp(Bytes bytes, const ImageInfo& info, std::string_view where);
Decoded decode_gif(Bytes bytes, const ImageInfo& info, std::string_view where);

/// The orientation that a PNG says in eXIf, in a "Raw profile type exif" as ImageMagick writes it,
/// or in XMP; before or after its pixels.
int png_orientation(Bytes bytes);

/// The notice about `hidden` of `pixels` that are wholly transparent; empty for none.
std::string transparency_notice(int64_t hidden, int64_t pixels);

/// `detail` says what the decoder found, for instance in the words of its library.
[[noreturn]] void throw_damaged(std::string_view where, ImageFormat format,
                                std::string_view detail);

/// A sound image of a kind that is not read: `kind` is "a lossless JPEG", for instance.
[[noreturn]] void throw_unsupported(std::string_view where, std::string_view kind);

inline uint32_t byte_at(Bytes bytes, size_t at) { return std::to_integer<uint32_t>(bytes[at]); }

inline uint32_t big_endian_32(Bytes bytes, size_t at) {
  return byte_at(bytes, at) << 24 | byte_at(bytes, at + 1) << 16 | byte_at(bytes, at + 2) << 8 |
         byte_at(bytes, at + 3);
}

/// Whether `text` stands at `at`; false beyond the end.
bool has_text(Bytes bytes, size_t at, std::string_view text);

}  // namespace lion
