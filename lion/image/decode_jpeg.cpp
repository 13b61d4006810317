#include <turbojpeg.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lion/base/error.h"
#include "lion/image/codecs.h"
#include "lion/image/exif.h"

namespace lion {
namespace {

struct Segments {
  ImageInfo info;
  int components = 0;
  uint32_t process = 0;   // the frame header's marker
  int precision = 8;      // bits
  bool complete = false;  // the end-of-image marker was reached
};

// Markers with a segment after them, from the start of the file to `last` or the end of the
// image.
class SegmentReader {
 public:
  SegmentReader(Bytes bytes, std::string_view where) : bytes_(bytes), where_(where) {}

  /// Reads on to the frame header with the sizes, or (`whole`) to the end of the image.
  Segments read(bool whole) {
    Segments found;
    found.info.format = ImageFormat::kJpeg;
    size_t at = 2;
    while (const auto marker = next_marker(at)) {
      if (*marker == 0xd9) {
        found.complete = true;
        break;
      }
      if (*marker == 0x01 || (*marker >= 0xd0 && *marker <= 0xd8)) continue;  // no segment
      if (bytes_.size() - at < 2) break;
      const size_t size = byte_at(bytes_, at) << 8 | byte_at(bytes_, at + 1);
      if (size < 2) throw_damaged(where_, ImageFormat::kJpeg, "a segment has an impossible length");
      if (bytes_.size() - at < size) break;
      const Bytes segment = bytes_.subspan(at + 2, size - 2);
      at += size;
      if (*marker == 0xe1 && !seen_exif_ && has_text(segment, 0, std::string_view("Exif\0\0", 6))) {
        seen_exif_ = true;
        exif_ = find_exif_orientation(segment);
      } else if (*marker == 0xe1 && has_text(segment, 0, kXmp)) {
        xmp_ = xmp_orientation(segment.subspan(kXmp.size()));
      } else if (is_frame_header(*marker) && found.components == 0) {
        if (segment.size() < 6)
          throw_damaged(where_, ImageFormat::kJpeg, "the frame header is too short");
        found.info.height = byte_at(segment, 1) << 8 | byte_at(segment, 2);
        found.info.width = byte_at(segment, 3) << 8 | byte_at(segment, 4);
        found.components = static_cast<int>(byte_at(segment, 5));
        found.process = *marker;
        found.precision = static_cast<int>(byte_at(segment, 0));
      } else if (*marker == 0xda && !whole) {
        break;
      }
    }
    if (found.components == 0)
      throw_damaged(where_, ImageFormat::kJpeg, "it ends before the header with its size");
    require_readable(found);
    if (found.info.width == 0 || found.info.height == 0)
      throw_damaged(where_, ImageFormat::kJpeg, "a side has 0 pixels");
    found.info.orientation = exif_.value_or(xmp_);
    return found;
  }

 private:
  static constexpr std::string_view kXmp{"http://ns.adobe.com/xap/1.0/\0", 29};

  static bool is_frame_header(uint32_t marker) {
    return (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
            marker != 0xcc) ||
           marker == 0xf7;
  }

  // Kinds that the standard has and libjpeg has not. Source: ITU-T T.81, table B.1; T.87.
  void require_readable(const Segments& found) const {
    switch (found.process) {
      case 0xc3:
      case 0xcb:
        throw_unsupported(where_, "a lossless JPEG");
      case 0xc5:
      case 0xc6:
      case 0xc7:
      case 0xcd:
      case 0xce:
      case 0xcf:
        throw_unsupported(where_, "a hierarchical JPEG");
      case 0xf7:
        throw_unsupported(where_, "a JPEG-LS image");
      default:
        break;
    }
    if (found.precision == 12 || found.precision == 16) {
      throw_unsupported(where_, str("a JPEG of ", found.precision, " bits a sample"));
    }
    if (found.info.height == 0 && found.info.width > 0 && has_late_height()) {
      throw_unsupported(where_, "a JPEG that says its height behind its pixels (DNL)");
    }
    if (found.components == 2) throw_unsupported(where_, "a JPEG of 2 colour components");
  }

  bool has_late_height() const {
    for (size_t at = 2; const auto marker = next_marker(at);) {
      if (*marker == 0xdc) return true;
    }
    return false;
  }

  // Also skips compressed data, in which 0xff is followed by 0.
  std::optional<uint32_t> next_marker(size_t& at) const {
    while (at + 1 < bytes_.size()) {
      const void* found = std::memchr(bytes_.data() + at, 0xff, bytes_.size() - at - 1);
      if (found == nullptr) break;
      at = static_cast<size_t>(static_cast<const std::byte*>(found) - bytes_.data()) + 1;
      const uint32_t code = byte_at(bytes_, at);
      if (code == 0 || code == 0xff) continue;
      ++at;
      return code;
    }
    return std::nullopt;
  }

  Bytes bytes_;
  std::string_view where_;
  bool seen_exif_ = false;
  std::optional<int> exif_;
  int xmp_ = 1;
};

using Decoder = std::unique_ptr<void, int (*)(tjhandle)>;

Decoder make_decoder() {
  Decoder decoder(tjInitDecompress(), tjDestroy);
  if (!decoder) throw ResourceError("decode JPEG: no memory for the decoder. Free some memory.");
  return decoder;
}

// What libjpeg says of sound files that it cannot decode, and of damaged ones.
[[noreturn]] void failed(std::string_view where, tjhandle decoder) {
  const std::string message = tjGetErrorStr2(decoder);
  for (const char* part : {"nsupported", "not supported", "not implemented", "not compiled"}) {
    if (message.find(part) != message.npos) {
      throw_unsupported(where, str("a JPEG of this kind (libjpeg: ", message, ")"));
    }
  }
  throw_damaged(where, ImageFormat::kJpeg, str("libjpeg: ", message));
}

// Decodes into `pixels` (rows without padding). Warnings of the library are not errors: like
// Pillow, an image with a flipped bit is shown with its flaw.
void decode_pixels(Bytes bytes, const ImageInfo& info, TJPF pixel_format,
                   std::vector<uint8_t>& pixels, tjhandle decoder, std::string_view where) {
  const int width = static_cast<int>(info.width);
  const int height = static_cast<int>(info.height);
  // Files of several thousand scans take minutes: real ones have about ten.
  const int rc = tjDecompress2(decoder, reinterpret_cast<const uint8_t*>(bytes.data()),
                               bytes.size(), pixels.data(), width, 0, height, pixel_format,
                               TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT);
  if (rc != 0 && tjGetErrorCode(decoder) != TJERR_WARNING) {
    failed(where, decoder);
  }
}

// c * k / 255, rounded: Pillow's MULDIV255.
uint8_t scaled(uint32_t c, uint32_t k) {
  const uint32_t product = c * k + 128;
  return static_cast<uint8_t>(((product >> 8) + product) >> 8);
}

// Adobe's programs store CMYK inverted, and Pillow takes all files to be theirs. With the stored
// values r = 255 - c and k' = 255 - k, Pillow's conversion is k' - (255 - r) * k' / 255.
Image cmyk_to_rgb(const std::vector<uint8_t>& cmyk, const ImageInfo& info) {
  Image image = Image::black(info.width, info.height);
  const uint8_t* from = cmyk.data();
  uint8_t* to = image.rgb.data();
  for (int64_t i = 0; i < info.width * info.height; ++i, from += 4, to += 3) {
    for (int c = 0; c < 3; ++c) to[c] = from[3] - scaled(255 - from[c], from[3]);
  }
  return image;
}

}  // namespace

ImageInfo probe_jpeg(Bytes bytes, std::string_view where) {
  return SegmentReader(bytes, where).read(false).info;
}

Decoded decode_jpeg(Bytes bytes, const ImageInfo& info, std::string_view where) {
  const Segments segments = SegmentReader(bytes, where).read(true);
  if (!segments.complete) throw_damaged(where, ImageFormat::kJpeg, "it has no end marker");
  if (segments.components != 1 && segments.components != 3 && segments.components != 4) {
    throw_damaged(where, ImageFormat::kJpeg,
                  str("got ", segments.components, " colour components, expected 1, 3 or 4"));
  }
  const Decoder decoder = make_decoder();
  int width = 0, height = 0, subsampling = 0, colorspace = 0;
  // An error is found again when decoding; an unusual subsampling is one here, but not there.
  tjDecompressHeader3(decoder.get(), reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
                      &width, &height, &subsampling, &colorspace);
  if (width != info.width || height != info.height) {
    failed(where, decoder.get());
  }
  if (segments.components == 4) {
    std::vector<uint8_t> cmyk(static_cast<size_t>(info.width) * info.height * 4);
    decode_pixels(bytes, info, TJPF_CMYK, cmyk, decoder.get(), where);
    return {cmyk_to_rgb(cmyk, info)};
  }
  Image image = Image::black(info.width, info.height);
  decode_pixels(bytes, info, TJPF_RGB, image.rgb, decoder.get(), where);
  return {std::move(image)};
}

}  // namespace lion
