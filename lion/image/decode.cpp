#include "lion/image/decode.h"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <initializer_list>
#include <string>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/log.h"
#include "lion/image/codecs.h"
#include "lion/image/transform.h"

namespace lion {
namespace {

constexpr std::string_view kConvert = "Convert it to JPEG or PNG first.";

bool is_webp(Bytes bytes) { return has_text(bytes, 0, "RIFF") && has_text(bytes, 8, "WEBP"); }

// ISO media files name their kind in a "ftyp" box: a major brand, then compatible ones.
std::string_view iso_media_name(Bytes bytes) {
  const auto has_brand = [bytes](std::initializer_list<std::string_view> brands) {
    for (size_t at = 8; at < std::min<size_t>(bytes.size(), 64); at += 4) {
      for (const std::string_view brand : brands) {
        if (has_text(bytes, at, brand)) return true;
      }
    }
    return false;
  };
  if (has_brand({"avif", "avis"})) return "AVIF";
  if (has_brand({"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"})) return "HEIC";
  return "MP4 or QuickTime";
}

// The name of a format that is recognised but not read; "" for an unknown one.
std::string_view foreign_name(Bytes bytes) {
  using namespace std::string_view_literals;
  struct Signature {
    std::string_view text;
    std::string_view name;
  };
  static constexpr Signature kSignatures[] = {
      {"II*\0"sv, "TIFF"},
      {"MM\0*"sv, "TIFF"},
      {"II+\0"sv, "TIFF"},
      {"BM"sv, "BMP"},
      {"\xff\x0a"sv, "JPEG XL"},
      {"\0\0\0\x0cJXL "sv, "JPEG XL"},
      {"\0\0\0\x0cjP  "sv, "JPEG 2000"},
      {"%PDF-"sv, "PDF"},
      {"8BPS"sv, "Photoshop"},
      {"\0\0\1\0"sv, "ICO"},
      {"\xff\x4f\xff\x51"sv, "JPEG 2000"},
      {"II\xbc"sv, "JPEG XR"},
      {"MM\0+"sv, "TIFF"},
      {"\x8aMNG"sv, "MNG"},
      {"\x8bJNG"sv, "JNG"},
      {"\x76\x2f\x31\x01"sv, "OpenEXR"},
      {"#?RADIANCE"sv, "Radiance HDR"},
      {"qoif"sv, "QOI"},
      {"DDS "sv, "DDS"},
      {"gimp xcf"sv, "XCF"},
      {"%!PS"sv, "PostScript"},
      {"SIMPLE  ="sv, "FITS"},
      {"RIFF"sv, "AVI or other RIFF"},
      {"P1\n"sv, "PBM"},
      {"P2\n"sv, "PGM"},
      {"P3\n"sv, "PPM"},
      {"P4\n"sv, "PBM"},
      {"P5\n"sv, "PGM"},
      {"P6\n"sv, "PPM"},
  };
  if (has_text(bytes, 4, "ftyp")) return iso_media_name(bytes);
  for (const Signature& signature : kSignatures) {
    if (has_text(bytes, 0, signature.text)) return signature.name;
  }
  if (has_text(bytes, 128, "DICM")) return "DICOM";
  std::string head(reinterpret_cast<const char*>(bytes.data()),
                   std::min<size_t>(bytes.size(), 512));
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (head.find("<svg") != std::string::npos) return "SVG";
  if (head.find("<html") != std::string::npos) return "HTML";
  return {};
}

ImageFormat recognise(Bytes bytes, std::string_view where) {
  if (bytes.empty()) {
    throw InputError(str(where, ": the image is empty (got 0 bytes). Check that the file was ",
                         "written or downloaded to the end."));
  }
  if (has_text(bytes, 0, "\xff\xd8\xff")) return ImageFormat::kJpeg;
  if (has_text(bytes, 0, "\x89PNG\r\n\x1a\n")) return ImageFormat::kPng;
  if (has_text(bytes, 0, "GIF87a") || has_text(bytes, 0, "GIF89a")) return ImageFormat::kGif;
  if (is_webp(bytes)) return ImageFormat::kWebp;
  const std::string_view name = foreign_name(bytes);
  if (!name.empty()) {
    throw InputError(str(where, ": ", name, " files cannot be read (got ", name,
                         ", expected JPEG, PNG, WebP or GIF). ", kConvert));
  }
  throw InputError(str(where, ": is not an image that can be read (got ", bytes.size(),
                       " bytes of an unknown format, expected JPEG, PNG, WebP or GIF). Check that ",
                       "it is the right file, or convert it to JPEG or PNG first."));
}

}  // namespace

std::string_view format_name(ImageFormat format) {
  switch (format) {
    case ImageFormat::kJpeg:
      return "JPEG";
    case ImageFormat::kPng:
      return "PNG";
    case ImageFormat::kWebp:
      return "WebP";
    case ImageFormat::kGif:
      return "GIF";
  }
  return "unknown";
}

bool has_text(Bytes bytes, size_t at, std::string_view text) {
  return at <= bytes.size() && bytes.size() - at >= text.size() &&
         std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

void throw_damaged(std::string_view where, ImageFormat format, std::string_view detail) {
  throw InputError(str(where, ": the ", format_name(format), " image is truncated or damaged (",
                       detail, "). Copy, download or save it again."));
}

void throw_unsupported(std::string_view where, std::string_view kind) {
  throw InputError(str(where, ": ", kind,
                       " cannot be read. The file may well be sound: convert it ",
                       "to an ordinary JPEG or PNG first."));
}

std::string transparency_notice(int64_t hidden, int64_t pixels) {
  if (hidden == 0) return {};
  const int64_t percent = (hidden * 100 + pixels / 2) / pixels;
  return str(percent == 0 ? std::string("less than 1") : str(percent),
             " % of the image is transparent: the colours stored under it are used. Put it on a ",
             "background first if that is not what you see");
}

ImageInfo probe_image(Bytes bytes, std::string_view where) {
  switch (recognise(bytes, where)) {
    case ImageFormat::kJpeg:
      return probe_jpeg(bytes, where);
    case ImageFormat::kPng:
      return probe_png(bytes, where);
    case ImageFormat::kWebp:
      return probe_webp(bytes, where);
    case ImageFormat::kGif:
      return probe_gif(bytes, where);
  }
  throw InternalError("probe_image: a format without a reader.");
}

std::pair<int64_t, int64_t> image_size(const ImageInfo& info, Exif exif) {
  const bool quarter = exif == Exif::kAuto && info.orientation >= 5;
  return quarter ? std::pair(info.height, info.width) : std::pair(info.width, info.height);
}

std::pair<int64_t, int64_t> image_file_size(const std::filesystem::path& path, Exif exif) {
  const auto file = MappedFile::open(path);
  return image_size(probe_image(file->bytes(), path.string()), exif);
}

Image decode_image(Bytes bytes, const DecodeOptions& options, std::string_view where) {
  const ImageInfo info = probe_image(bytes, where);
  if (info.width * info.height > options.max_pixels) {
    throw InputError(str(where, ": the image has too many pixels (got ", info.width, " x ",
                         info.height, " = ", info.width * info.height, ", expected at most ",
                         options.max_pixels, "). Scale it down first."));
  }
  const auto decode = [&] {
    switch (info.format) {
      case ImageFormat::kJpeg:
        return decode_jpeg(bytes, info, where);
      case ImageFormat::kPng:
        return decode_png(bytes, info, where);
      case ImageFormat::kWebp:
        return decode_webp(bytes, info, where);
      case ImageFormat::kGif:
        return decode_gif(bytes, info, where);
    }
    throw InternalError("decode_image: a format without a decoder.");
  };
  auto [image, notice] = decode();
  if (options.notices && !notice.empty()) log_warning(str(where, ": ", notice));
  LION_CHECK(image.width == info.width && image.height == info.height, "decode_image: ", where);
  if (options.exif == Exif::kIgnore || info.orientation == 1) return image;
  return orient(image, info.orientation);
}

Image load_image(const std::filesystem::path& path, const DecodeOptions& options) {
  const std::string content = read_file(path);
  return decode_image(std::as_bytes(std::span(content)), options, path.string());
}

}  // namespace lion
