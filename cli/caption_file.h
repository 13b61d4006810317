#pragma once
/// Captions of many pictures, a line each, in a file that can be continued after an interruption.

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "lion/base/json.h"

namespace lion::cli {

/// What a line looks like. Line breaks and tabs within a path are written as \n, \r and \t.
enum class LineFormat {
  kText,  ///< path, tab, caption
  kCsv,   ///< path,caption,score as RFC 4180 says, below a line with these names
  kJson,  ///< the object of docs/json.md
};

/// The first line of a new file; empty when the format has none.
std::string header_line(LineFormat format);

/// The line of one result (an object of docs/json.md), without a line break.
std::string caption_line(LineFormat format, const Json& result);

class CaptionFile {
 public:
  /// Opens the file for appending, or makes it. A last line without its end, as a kill leaves it,
  /// is dropped. Throws InputError when the file was not written by this class in this format,
  /// ResourceError when it cannot be read or written.
  CaptionFile(std::filesystem::path path, LineFormat format);

  /// Whether the picture has its line.
  bool has(const std::string& picture_path) const;

  /// Appends a line and hands it to the system at once. Throws ResourceError.
  void append(const std::string& line);

 private:
  void read();

  std::filesystem::path path_;
  LineFormat format_;
  std::set<std::string> done_;  ///< paths as they are written
  std::ofstream stream_;
};

}  // namespace lion::cli
