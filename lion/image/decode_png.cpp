#include <png.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <string>
#include <vector>

#include "lion/base/error.h"
#include "lion/image/codecs.h"

namespace lion {
namespace {

// libpng reports an error by longjmp, past all destructors. So everything that needs one lives in
// this class, and the only function that is jumped out of, `read`, has plain locals.
class PngReader {
 public:
  PngReader(Bytes bytes, std::string_view where) : rest_(bytes), where_(where) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) {
      png_destroy_read_struct(&png_, nullptr, nullptr);
      throw ResourceError("decode PNG: no memory for the decoder. Free some memory.");
    }
  }
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  void read_header() {
    if (!read(&PngReader::start))
      throw_damaged(where_, ImageFormat::kPng, str("libpng: ", message_.data()));
  }
  void read_pixels() {
    set_up_rows();
    if (!read(&PngReader::finish))
      throw_damaged(where_, ImageFormat::kPng, str("libpng: ", message_.data()));
  }

  int64_t width() const { return png_get_image_width(png_, info_); }
  int64_t height() const { return png_get_image_height(png_, info_); }

  // Of the file, before transformations.
  int color_type() const { return color_type_; }
  int bit_depth() const { return bit_depth_; }

  // Bytes of one pixel after transformations: 1 palette index, 2 of a 16-bit grey (big-endian), 3
  // of R, G, B, or 4 with alpha.
  int pixel_bytes() const {
    if (color_type_ == PNG_COLOR_TYPE_PALETTE) return 1;
    if (is_grey16()) return 2;
    return has_alpha() ? 4 : 3;
  }
  bool is_grey16() const { return color_type_ == PNG_COLOR_TYPE_GRAY && bit_depth_ == 16; }
  const std::vector<uint8_t>& pixels() const { return pixels_; }

  // Entries that the file does not have are black, as in Pillow.
  std::array<std::array<uint8_t, 3>, 256> palette() const {
    std::array<std::array<uint8_t, 3>, 256> table{};
    png_colorp colors = nullptr;
    int count = 0;
    png_get_PLTE(png_, info_, &colors, &count);
    for (int i = 0; i < count; ++i) table[i] = {colors[i].red, colors[i].green, colors[i].blue};
    return table;
  }

  bool has_alpha() const { return color_type_ & PNG_COLOR_MASK_ALPHA; }

  // How many pixels are wholly transparent, by alpha, palette or colour key (of at most 8 bits).
  int64_t hidden_pixels() const {
    const size_t step = static_cast<size_t>(pixel_bytes());
    const auto count = [&](auto is_hidden) {
      int64_t hidden = 0;
      for (size_t i = 0; i < pixels_.size(); i += step) hidden += is_hidden(pixels_.data() + i);
      return hidden;
    };
    if (has_alpha()) return count([](const uint8_t* p) { return p[3] == 0; });
    png_bytep alphas = nullptr;
    png_color_16p key = nullptr;
    int entries = 0;
    if (!png_get_tRNS(png_, info_, &alphas, &entries, &key)) return 0;
    if (color_type_ == PNG_COLOR_TYPE_PALETTE) {
      return count([&](const uint8_t* p) { return *p < entries && alphas[*p] == 0; });
    }
    if (bit_depth_ > 8 || key == nullptr) return 0;
    const int scale = 255 / ((1 << bit_depth_) - 1);
    const bool grey = !(color_type_ & PNG_COLOR_MASK_COLOR);
    const std::array<int, 3> hidden = {scale * (grey ? key->gray : key->red),
                                       scale * (grey ? key->gray : key->green),
                                       scale * (grey ? key->gray : key->blue)};
    return count([&](const uint8_t* p) {
      return p[0] == hidden[0] && p[1] == hidden[1] && p[2] == hidden[2];
    });
  }

 private:
  bool read(void (PngReader::*step)()) {
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    (this->*step)();
    return true;
  }

  void start() {
    png_set_read_fn(png_, this, on_read);
    // Texts and colour profiles can unpack to gigabytes, and nothing here needs them.
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
    png_set_user_limits(png_, 0x7fffffff, 0x7fffffff);
    png_read_info(png_, info_);
    color_type_ = png_get_color_type(png_, info_);
    bit_depth_ = png_get_bit_depth(png_, info_);
  }

  void set_up_rows() {
    const size_t row_bytes = static_cast<size_t>(width()) * pixel_bytes();
    pixels_.resize(row_bytes * height());
    rows_.resize(height());
    for (size_t y = 0; y < rows_.size(); ++y) rows_[y] = pixels_.data() + y * row_bytes;
  }

  void finish() {
    if (color_type_ == PNG_COLOR_TYPE_PALETTE) {
      png_set_packing(png_);  // 1, 2, 4 bits -> 8
    } else if (!is_grey16()) {
      if (bit_depth_ < 8) png_set_expand_gray_1_2_4_to_8(png_);
      png_set_strip_16(png_);
      if (!(color_type_ & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png_);
    }
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    if (png_get_rowbytes(png_, info_) != pixels_.size() / rows_.size()) {
      png_error(png_, "unexpected row size");
    }
    png_read_image(png_, rows_.data());
  }

  static void on_read(png_structp png, png_bytep to, size_t count) {
    auto* self = static_cast<PngReader*>(png_get_io_ptr(png));
    if (count > self->rest_.size()) png_error(png, "the data ends early");
    std::memcpy(to, self->rest_.data(), count);
    self->rest_ = self->rest_.subspan(count);
  }

  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    auto* self = static_cast<PngReader*>(png_get_error_ptr(png));
    std::strncpy(self->message_.data(), message, self->message_.size() - 1);
    png_longjmp(png, 1);
  }

  static void on_warning(png_structp, png_const_charp) {}

  Bytes rest_;
  std::string_view where_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::array<char, 128> message_{};
  int color_type_ = 0;
  int bit_depth_ = 0;
  std::vector<uint8_t> pixels_;
  std::vector<png_bytep> rows_;
};

std::string white_notice(int64_t clipped, int64_t pixels) {
  return str(clipped * 100 / pixels, " % of the image is 16-bit grey above 255, which comes out ",
             "white, as in Pillow. Scale it to 8 bits first, for instance with ImageMagick: ",
             "magick in.png -depth 8 out.png");
}

}  // namespace

ImageInfo probe_png(Bytes bytes, std::string_view where) {
  // 8 bytes of signature, then IHDR: length, name, width, height.
  if (has_text(bytes, 12, "CgBI")) throw_unsupported(where, "a PNG in Apple's own form (CgBI)");
  if (!has_text(bytes, 12, "IHDR") || bytes.size() < 24)
    throw_damaged(where, ImageFormat::kPng, "it has no header chunk");
  const ImageInfo info{.format = ImageFormat::kPng,
                       .width = big_endian_32(bytes, 16),
                       .height = big_endian_32(bytes, 20),
                       .orientation = png_orientation(bytes)};
  constexpr int64_t kMaxSide = 0x7fffffff;
  if (info.width < 1 || info.width > kMaxSide || info.height < 1 || info.height > kMaxSide) {
    throw_damaged(where, ImageFormat::kPng, str("its size is ", info.width, " x ", info.height));
  }
  return info;
}

Decoded decode_png(Bytes bytes, const ImageInfo& info, std::string_view where) {
  PngReader reader(bytes, where);
  reader.read_header();
  LION_CHECK(reader.width() == info.width && reader.height() == info.height, "decode_png");
  reader.read_pixels();
  const std::vector<uint8_t>& pixels = reader.pixels();
  Image image = Image::black(info.width, info.height);
  const int64_t count = info.width * info.height;
  if (reader.color_type() == PNG_COLOR_TYPE_PALETTE) {
    const auto palette = reader.palette();
    for (size_t i = 0; i < pixels.size(); ++i) {
      std::copy_n(palette[pixels[i]].data(), 3, image.rgb.data() + i * 3);
    }
  } else if (reader.is_grey16()) {
    int64_t clipped = 0;
    for (size_t i = 0; i < pixels.size(); i += 2) {
      const uint8_t grey = pixels[i] != 0 ? 255 : pixels[i + 1];  // Pillow clips, it does not scale
      clipped += pixels[i] != 0;
      std::fill_n(image.rgb.data() + i / 2 * 3, 3, grey);
    }
    if (clipped * 2 > count) return {std::move(image), white_notice(clipped, count)};
  } else if (reader.has_alpha()) {
    for (int64_t i = 0; i < count; ++i) {
      std::copy_n(pixels.data() + i * 4, 3, image.rgb.data() + i * 3);
    }
  } else {
    image.rgb = pixels;
  }
  return {std::move(image), transparency_notice(reader.hidden_pixels(), count)};
}

}  // namespace lion
