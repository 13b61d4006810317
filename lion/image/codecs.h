#pragma once
/// Private to this room: a header reader and a decoder for each format. `decode.cpp` picks one and
/// checks the pixel limit in between. All throw InputError.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "lion/image/decode.h"
#include "lion/image/image.h"

namespace lion {

using Bytes = std::span<const std::byte>;

ImageInfo probe_jpeg(Bytes bytes, std::string_view where);
ImageInfo probe_png(Bytes bytes, std::string_view where);
ImageInfo probe_webp(Bytes bytes, std::string_view where);
ImageInfo probe_gif(Bytes bytes, std::string_view where);

// `info` is what the probe of the same bytes gave.
Image decode_jpeg(Bytes bytes, const ImageInfo& info, std::string_view where);
Image decode_png(Bytes bytes, const ImageInfo& info, std::string_view where);
Image decode_webp(Bytes bytes, const ImageInfo& info, std::string_view where);
Image decode_gif(Bytes bytes, const ImageInfo& info, std::string_view where);

/// `detail` says what the decoder found, for instance in the words of its library.
[[noreturn]] void throw_damaged(std::string_view where, ImageFormat format,
                                std::string_view detail);

inline uint32_t byte_at(Bytes bytes, size_t at) { return std::to_integer<uint32_t>(bytes[at]); }

/// Whether `text` stands at `at`; false beyond the end.
bool has_text(Bytes bytes, size_t at, std::string_view text);

}  // namespace lion
