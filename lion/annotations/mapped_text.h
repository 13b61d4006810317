#pragma once
/// A file as text, mapped.

#include <filesystem>
#include <memory>
#include <string_view>

#include "lion/base/file.h"

namespace lion {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// `text` lives as long as the object; a byte order mark is left out.
class MappedText {
 public:
  /// Throws ResourceError when the file cannot be read.
  explicit MappedText(const std::filesystem::path& path) : file_(MappedFile::open(path)) {
    text_ = {reinterpret_cast<const char*>(file_->bytes().data()), file_->bytes().size()};
    if (text_.starts_with(kByteOrderMark)) text_.remove_prefix(kByteOrderMark.size());
  }

  std::string_view text() const { return text_; }

 private:
  std::shared_ptr<const MappedFile> file_;
  std::string_view text_;
};

}  // namespace lion
