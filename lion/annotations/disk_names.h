#pragma once
/// Names with accents: annotations compose them ("é"), archives from macOS decompose them ("e" and
/// an accent); both are the same name in Unicode, and two on a disk.

#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>

namespace lion {

/// Whether something of this path is there; false too where that cannot be known.
bool is_on_disk(const std::filesystem::path& path);

/// Remembers the folders that it has listed.
class DiskNames {
 public:
  /// `path` as it is called on the disk: itself where it is there, else the path of which each
  /// part is the same in Unicode (NFC). `path` when there is none. Names in ASCII cost nothing.
  std::filesystem::path find(const std::filesystem::path& path);

 private:
  using Names = std::unordered_map<std::string, std::string>;  // by the composed name
  const Names& names_in(const std::filesystem::path& folder);

  std::map<std::string, Names> folders_;
};

}  // namespace lion
