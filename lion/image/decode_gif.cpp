#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "lion/base/error.h"
#include "lion/image/codecs.h"

namespace lion {
namespace {

[[noreturn]] void damaged(std::string_view where, std::string_view detail) {
  throw_damaged(where, ImageFormat::kGif, detail);
}

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

  // Palette indices of the whole picture. What the frame does not cover is transparent, or 0.
  std::vector<uint8_t> read_indices() {
    const GifImageDesc& frame = file_->Image;
    std::vector<uint8_t> indices(static_cast<size_t>(width()) * height(), transparent_);
    const auto read_line = [&](int64_t y) {
      uint8_t* to = indices.data() + (frame.Top + y) * width() + frame.Left;
      if (DGifGetLine(file_.get(), to, frame.Width) != GIF_OK) fail(file_->Error);
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

  // Entries that the file does not have are grey, as in Pillow.
  std::array<std::array<uint8_t, 3>, 256> palette() const {
    std::array<std::array<uint8_t, 3>, 256> table;
    for (int i = 0; i < 256; ++i) table[i].fill(static_cast<uint8_t>(i));
    const ColorMapObject* map = file_->Image.ColorMap ? file_->Image.ColorMap : file_->SColorMap;
    if (map == nullptr) return table;
    for (int i = 0; i < std::min(map->ColorCount, 256); ++i) {
      table[i] = {map->Colors[i].Red, map->Colors[i].Green, map->Colors[i].Blue};
    }
    return table;
  }

 private:
  struct Close {
    void operator()(GifFileType* file) const { DGifCloseFile(file, nullptr); }
  };

  [[noreturn]] void fail(int error) const {
    const char* text = GifErrorString(error);
    damaged(where_, str("giflib: ", text != nullptr ? text : "unknown error"));
  }

  void find_frame() {
    for (;;) {
      GifRecordType type = UNDEFINED_RECORD_TYPE;
      if (DGifGetRecordType(file_.get(), &type) != GIF_OK) fail(file_->Error);
      if (type == TERMINATE_RECORD_TYPE) damaged(where_, "it has no frame");
      if (type == EXTENSION_RECORD_TYPE) read_extension();
      if (type == IMAGE_DESC_RECORD_TYPE) break;
    }
    if (DGifGetImageDesc(file_.get()) != GIF_OK) fail(file_->Error);
    if (file_->Image.Width < 1 || file_->Image.Height < 1) damaged(where_, "a side has 0 pixels");
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
        transparent_ = static_cast<uint8_t>(control.TransparentColor);
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
  uint8_t transparent_ = 0;
};

}  // namespace

ImageInfo probe_gif(Bytes bytes, std::string_view where) {
  const GifReader reader(bytes, where);
  return {.format = ImageFormat::kGif, .width = reader.width(), .height = reader.height()};
}

Image decode_gif(Bytes bytes, const ImageInfo& info, std::string_view where) {
  GifReader reader(bytes, where);
  const std::vector<uint8_t> indices = reader.read_indices();
  const auto palette = reader.palette();
  Image image = Image::black(info.width, info.height);
  for (size_t i = 0; i < indices.size(); ++i) {
    std::copy_n(palette[indices[i]].data(), 3, image.rgb.data() + i * 3);
  }
  return image;
}

}  // namespace lion
