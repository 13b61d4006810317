#pragma once
/// Names of image files: any bytes on disk, UTF-8 text in results, and no two written alike.

#include <map>
#include <string>
#include <string_view>

namespace lion::cli {

/// Whether `text` is UTF-8.
bool is_utf8(std::string_view text);

/// `path` as text results show it: as it is, unless it is not UTF-8 or `one_line` is wanted and it
/// has line ends, tabs or other control characters. Such a path is written as a file URL with %XX
/// for its bytes ("file:///photos/%E9t%E9.jpg"; RFC 8089), which every program can read back.
std::string written_path(const std::string& path, bool one_line);

/// The path that `text` means: of a file URL the file, else `text` itself. Throws InputError for a
/// URL of another host or with broken %XX.
std::string path_of(const std::string& text);

/// Says whether two paths name the same file of the same folder, however the folder is spelled
/// (relative, absolute, through links, with a slash at the end).
class PathIdentity {
 public:
  /// Relative paths start at `base`, an absolute folder.
  explicit PathIdentity(std::string base) : base_(std::move(base)) {}

  std::string operator()(const std::string& path);

 private:
  std::string base_;
  std::map<std::string, std::string> folders_;  ///< as spelled -> as it is
};

/// The working folder. Throws ResourceError when it was removed.
std::string working_folder();

}  // namespace lion::cli
