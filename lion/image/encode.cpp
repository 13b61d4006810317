#include "lion/image/encode.h"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <memory>
#include <string_view>

#include "lion/base/error.h"
#include "lion/base/file.h"

namespace lion {
namespace {

constexpr int kSavedQuality = 92;

void check_pixels(const Image& image, std::string_view where) {
  if (image.width < 1 || image.height < 1 ||
      std::ssize(image.rgb) != image.width * image.height * 3) {
    throw InputError(str(where, ": the image is ", image.width, " x ", image.height, " with ",
                         image.rgb.size(), " bytes (expected 3 bytes for each of at least 1 ",
                         "pixel). Give an image with pixels."));
  }
}

}  // namespace

std::string encode_png(const Image& image) {
  check_pixels(image, "encode_png");
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(png);
  std::string out(size, '\0');
  if (png_image_write_to_memory(&png, out.data(), &size, 0, image.rgb.data(), 0, nullptr) == 0) {
    throw ResourceError(str("encode_png: libpng failed (", png.message, "). Free some memory."));
  }
  out.resize(size);
  return out;
}

std::string encode_jpeg(const Image& image, int quality) {
  check_pixels(image, "encode_jpeg");
  if (quality < 1 || quality > 100) {
    throw InputError(str("encode_jpeg: the quality is out of range (got ", quality,
                         ", expected 1 to 100). 92 is good for images to look at."));
  }
  constexpr int64_t kMaxSide = 65535;
  if (image.width > kMaxSide || image.height > kMaxSide) {
    throw InputError(str("encode_jpeg: the image is too large for JPEG (got ", image.width, " x ",
                         image.height, ", expected sides of at most ", kMaxSide,
                         "). Save it as PNG."));
  }
  const std::unique_ptr<void, int (*)(tjhandle)> encoder(tjInitCompress(), tjDestroy);
  if (!encoder) throw ResourceError("encode_jpeg: no memory for the encoder. Free some memory.");
  const int width = static_cast<int>(image.width);
  const int height = static_cast<int>(image.height);
  std::string out(tjBufSize(width, height, TJSAMP_444), '\0');
  auto* data = reinterpret_cast<unsigned char*>(out.data());
  unsigned long size = out.size();
  if (tjCompress2(encoder.get(), image.rgb.data(), width, 0, height, TJPF_RGB, &data, &size,
                  TJSAMP_444, quality, TJFLAG_NOREALLOC) != 0) {
    throw ResourceError(str("encode_jpeg: libjpeg failed (", tjGetErrorStr2(encoder.get()),
                            "). Free some memory, or save it as PNG."));
  }
  out.resize(size);
  return out;
}

void save_image(const std::filesystem::path& path, const Image& image) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == ".png") {
    write_file(path, encode_png(image));
  } else if (extension == ".jpg" || extension == ".jpeg") {
    write_file(path, encode_jpeg(image, kSavedQuality));
  } else {
    throw InputError(str(path.string(), ": images are not written in this format (got \"",
                         extension, "\", expected .png, .jpg or .jpeg). Change the name's end."));
  }
}

}  // namespace lion
