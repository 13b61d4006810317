#pragma once
/// Internal to this component: FreeType's handles with owners.

#include <ft2build.h>
#include FT_FREETYPE_H

#include <filesystem>
#include <memory>
#include <string_view>
#include <type_traits>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion::scenes {

/// A font file, open.
class FontFace {
 public:
  /// Throws ResourceError telling to reinstall `package`.
  FontFace(const std::filesystem::path& path, std::string_view package)
      : library_(nullptr, FT_Done_FreeType), face_(nullptr, FT_Done_Face) {
    FT_Library library = nullptr;
    if (FT_Init_FreeType(&library) != 0) throw ResourceError("FreeType: does not start. Retry.");
    library_.reset(library);
    FT_Face face = nullptr;
    if (FT_New_Face(library, path.c_str(), 0, &face) != 0) {
      throw ResourceError(
          str(path.string(), ": is no usable font. Reinstall the Debian package ", package, "."));
    }
    face_.reset(face);
  }

  FT_Face get() const { return face_.get(); }

 private:
  std::unique_ptr<std::remove_pointer_t<FT_Library>, FT_Error (*)(FT_Library)> library_;
  std::unique_ptr<std::remove_pointer_t<FT_Face>, FT_Error (*)(FT_Face)> face_;
};

}  // namespace lion::scenes
