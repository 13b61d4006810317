#include <webp/decode.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include "lion/base/error.h"
#include "lion/image/codecs.h"
#include "lion/image/exif.h"

namespace lion {
namespace {

uint32_t u24(Bytes bytes, size_t at) {
  return byte_at(bytes, at) | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2) << 16;
}

uint32_t little_endian_32(Bytes bytes, size_t at) {
  return u24(bytes, at) | byte_at(bytes, at + 3) << 24;
}

const uint8_t* data_of(Bytes bytes) { return reinterpret_cast<const uint8_t*>(bytes.data()); }

// The image to decode and where it stands on the canvas.
struct Frame {
  Bytes bitstream;  // as WebPDecode takes it
  int64_t left = 0;
  int64_t top = 0;
};

struct Contents {
  ImageInfo info;
  Frame frame;
};

WebPBitstreamFeatures features_of(Bytes bitstream, std::string_view where) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data_of(bitstream), bitstream.size(), &features) != VP8_STATUS_OK) {
    throw_damaged(where, ImageFormat::kWebp, "libwebp: the bitstream has no valid header");
  }
  return features;
}

// Walks over the chunks of the file. Source of the layout: the WebP container specification.
Contents read_contents(Bytes bytes, std::string_view where) {
  if (bytes.size() < 20) throw_damaged(where, ImageFormat::kWebp, "it ends in the header");
  const size_t riff_size = size_t{little_endian_32(bytes, 4)} + 8;
  if (riff_size > bytes.size() || riff_size < 20) {
    throw_damaged(where, ImageFormat::kWebp,
                  str("got ", bytes.size(), " bytes, expected ", riff_size));
  }
  bytes = bytes.first(riff_size);
  Contents contents{.info = {.format = ImageFormat::kWebp}, .frame = {.bitstream = bytes}};
  bool animated = false;
  bool found_frame = false;
  std::optional<int> exif;
  int xmp = 1;
  for (size_t at = 12; at + 8 <= bytes.size();) {
    const size_t size = little_endian_32(bytes, at + 4);
    if (size > bytes.size() - at - 8)
      throw_damaged(where, ImageFormat::kWebp, "a chunk is longer than the file");
    const Bytes chunk = bytes.subspan(at + 8, size);
    if (has_text(bytes, at, "VP8X") && at == 12 && size >= 10) {
      animated = byte_at(chunk, 0) & 2;
      contents.info.width = u24(chunk, 4) + 1;
      contents.info.height = u24(chunk, 7) + 1;
    } else if (has_text(bytes, at, "ANMF") && animated && !found_frame && size > 16) {
      found_frame = true;
      contents.frame = {chunk.subspan(16), int64_t{u24(chunk, 0)} * 2, int64_t{u24(chunk, 3)} * 2};
    } else if (has_text(bytes, at, "EXIF")) {
      exif = find_exif_orientation(chunk);
    } else if (has_text(bytes, at, "XMP ")) {
      xmp = xmp_orientation(chunk);
    }
    at += 8 + size + size % 2;
  }
  contents.info.orientation = exif.value_or(xmp);
  if (animated && !found_frame)
    throw_damaged(where, ImageFormat::kWebp, "the animation has no frame");
  const WebPBitstreamFeatures features = features_of(contents.frame.bitstream, where);
  if (contents.info.width == 0) {
    contents.info.width = features.width;
    contents.info.height = features.height;
  }
  if (contents.frame.left + features.width > contents.info.width ||
      contents.frame.top + features.height > contents.info.height) {
    throw_damaged(where, ImageFormat::kWebp, "a frame reaches beyond the image");
  }
  return contents;
}

// Draws a frame with alpha, which is dropped; how much of it hides colours is noticed.
Decoded decode_alpha(const Frame& frame, Image canvas, std::string_view where) {
  int width = 0, height = 0;
  const std::unique_ptr<uint8_t, void (*)(void*)> pixels(
      WebPDecodeRGBA(data_of(frame.bitstream), frame.bitstream.size(), &width, &height), WebPFree);
  if (!pixels) throw_damaged(where, ImageFormat::kWebp, "libwebp cannot decode its pixels");
  int64_t hidden = 0;
  const uint8_t* from = pixels.get();
  for (int64_t y = 0; y < height; ++y) {
    uint8_t* to = canvas.row(frame.top + y) + frame.left * 3;
    for (int64_t x = 0; x < width; ++x, from += 4, to += 3) {
      std::copy_n(from, 3, to);
      hidden += from[3] == 0;
    }
  }
  std::string notice = transparency_notice(hidden, int64_t{width} * height);
  return {std::move(canvas), std::move(notice)};
}

}  // namespace

ImageInfo probe_webp(Bytes bytes, std::string_view where) {
  return read_contents(bytes, where).info;
}

Decoded decode_webp(Bytes bytes, const ImageInfo& info, std::string_view where) {
  const Frame frame = read_contents(bytes, where).frame;
  Image canvas = Image::black(info.width, info.height);  // what no frame covers is black
  if (features_of(frame.bitstream, where).has_alpha)
    return decode_alpha(frame, std::move(canvas), where);
  const int stride = static_cast<int>(info.width * 3);
  const size_t offset = static_cast<size_t>(frame.top * info.width + frame.left) * 3;
  if (WebPDecodeRGBInto(data_of(frame.bitstream), frame.bitstream.size(),
                        canvas.rgb.data() + offset, canvas.rgb.size() - offset,
                        stride) == nullptr) {
    throw_damaged(where, ImageFormat::kWebp, "libwebp cannot decode its pixels");
  }
  return {std::move(canvas)};
}

}  // namespace lion
