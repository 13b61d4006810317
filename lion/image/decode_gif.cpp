#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "lion/base/error.h"
#include "lion/image/codecs.h"
#include "lion/image/gif_lzw.h"

namespace lion {
namespace {

// Reads a GIF up to its first frame.
class GifReader {
 public:
  GifReader(Bytes bytes, std::string_view where) : rest_(bytes), where_(where) {
    int error = 0;
    file_.reset(DGifOpen(this, on_read, &error));
    if (!file_) fail(error);
    find_frame();
  }
  GifReader(const GifReader&) = delete;
  GifReader& operator=(const GifReader&) = delete;

  // A frame that reaches beyond the screen enlarges it, as in Pillow.
  int64_t width() const {
    return std::max<int64_t>(file_->SWidth, int64_t{file_->Image.Left} + file_->Image.Width);
  }
  int64_t height() const {
    return std::max<int64_t>(file_->SHeight, int64_t{file_->Image.Top} + file_->Image.Height);
  }

  // Palette indices of the whole image. What the frame does not cover is transparent, or 0.
  std::vector<uint8_t> read_indices() {
    const GifImageDesc& frame = file_->Image;
    std::vector<uint8_t> indices(static_cast<size_t>(width()) * height(),
                                 static_cast<uint8_t>(transparent_.value_or(0)));
    const std::vector<uint8_t> pixels = read_pixels();
    const uint8_t* from = pixels.data();
    const auto read_line = [&](int64_t y) {
      std::copy_n(from, frame.Width, indices.data() + (frame.Top + y) * width() + frame.Left);
      from += frame.Width;
    };
    if (!frame.Interlace) {
      for (int64_t y = 0; y < frame.Height; ++y) read_line(y);
      return indices;
    }
    constexpr std::array<std::array<int, 2>, 4> kPasses = {{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    for (const auto& [first, step] : kPasses) {
      for (int64_t y = first; y < frame.Height; y += step) read_line(y);
    }
    return indices;
  }

  // As in Pillow: entries that the palette does not have are black; without a palette, or with one
  // that maps every index to itself, all 256 are grey.
  std::array<std::array<uint8_t, 3>, 256> palette() const {
    std::array<std::array<uint8_t, 3>, 256> grey, table{};
    for (int i = 0; i < 256; ++i) grey[i].fill(static_cast<uint8_t>(i));
    const ColorMapObject* map = file_->Image.ColorMap ? file_->Image.ColorMap : file_->SColorMap;
    if (map == nullptr) return grey;
    const int count = std::min(map->ColorCount, 256);
    for (int i = 0; i < count; ++i) {
      table[i] = {map->Colors[i].Red, map->Colors[i].Green, map->Colors[i].Blue};
    }
    return std::equal(grey.begin(), grey.begin() + count, table.begin()) ? grey : table;
  }

  // The index that stands for "nothing here".
  std::optional<int> transparent() const { return transparent_; }

 private:
  struct Close {
    void operator()(GifFileType* file) const { DGifCloseFile(file, nullptr); }
  };

  [[noreturn]] void fail(int error) const {
    const char* text = GifErrorString(error);
    throw_damaged(where_, ImageFormat::kGif,
                  str("giflib: ", text != nullptr ? text : "unknown error"));
  }

  // The frame's indices in the order of the file. giflib's own decoder shows a frame with
  // impossible codes as if nothing were the matter.
  std::vector<uint8_t> read_pixels() {
    const GifImageDesc& frame = file_->Image;
    int code_bits = 0;
    GifByteType* block = nullptr;  // its length, then its bytes
    if (DGifGetCode(file_.get(), &code_bits, &block) != GIF_OK) fail(file_->Error);
    if (code_bits < 0 || code_bits > 8)
      throw_damaged(where_, ImageFormat::kGif, str("its codes have ", code_bits, " bits"));
    GifLzw lzw(code_bits, static_cast<size_t>(frame.Width) * frame.Height);
    while (block != nullptr) {
      switch (lzw.feed({block + 1, block[0]})) {
        case GifLzw::State::kComplete:
          return std::move(lzw.indices());
        case GifLzw::State::kDamaged:
          throw_damaged(where_, ImageFormat::kGif,
                        str("an impossible code behind ", lzw.indices().size(), " pixels"));
        case GifLzw::State::kNeedsMore:
          break;
      }
      if (DGifGetCodeNext(file_.get(), &block) != GIF_OK) fail(file_->Error);
    }
    throw_damaged(where_, ImageFormat::kGif,
                  str("got ", lzw.indices().size(), " pixels, expected ",
                      int64_t{frame.Width} * frame.Height));
  }

  void find_frame() {
    for (;;) {
      GifRecordType type = UNDEFINED_RECORD_TYPE;
      if (DGifGetRecordType(file_.get(), &type) != GIF_OK) fail(file_->Error);
      if (type == TERMINATE_RECORD_TYPE)
        throw_damaged(where_, ImageFormat::kGif, "it has no frame");
      if (type == EXTENSION_RECORD_TYPE) read_extension();
      if (type == IMAGE_DESC_RECORD_TYPE) break;
    }
    if (DGifGetImageDesc(file_.get()) != GIF_OK) fail(file_->Error);
    if (file_->Image.Width < 1 || file_->Image.Height < 1)
      throw_damaged(where_, ImageFormat::kGif, "a side has 0 pixels");
  }

  void read_extension() {
    int code = 0;
    GifByteType* block = nullptr;  // its length, then its bytes
    if (DGifGetExtension(file_.get(), &code, &block) != GIF_OK) fail(file_->Error);
    while (block != nullptr) {
      GraphicsControlBlock control;
      if (code == GRAPHICS_EXT_FUNC_CODE &&
          DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK &&
          control.TransparentColor != NO_TRANSPARENT_COLOR) {
        transparent_ = control.TransparentColor;
      }
      if (DGifGetExtensionNext(file_.get(), &block) != GIF_OK) fail(file_->Error);
    }
  }

  static int on_read(GifFileType* file, GifByteType* to, int count) {
    auto* self = static_cast<GifReader*>(file->UserData);
    const size_t n = std::min<size_t>(count, self->rest_.size());
    std::memcpy(to, self->rest_.data(), n);
    self->rest_ = self->rest_.subspan(n);
    return static_cast<int>(n);
  }

  Bytes rest_;
  std::string_view where_;
  std::unique_ptr<GifFileType, Close> file_;
  std::optional<int> transparent_;
};

}  // namespace

ImageInfo probe_gif(Bytes bytes, std::string_view where) {
  const GifReader reader(bytes, where);
  return {.format = ImageFormat::kGif, .width = reader.width(), .height = reader.height()};
}

Decoded decode_gif(Bytes bytes, const ImageInfo& info, std::string_view where) {
  GifReader reader(bytes, where);
  const std::vector<uint8_t> indices = reader.read_indices();
  const auto palette = reader.palette();
  Image image = Image::black(info.width, info.height);
  for (size_t i = 0; i < indices.size(); ++i) {
    std::copy_n(palette[indices[i]].data(), 3, image.rgb.data() + i * 3);
  }
  const int64_t hidden =
      reader.transparent()
          ? std::count(indices.begin(), indices.end(), static_cast<uint8_t>(*reader.transparent()))
          : 0;
  return {std::move(image), transparency_notice(hidden, info.width * info.height)};
}

}  // namespace lion
