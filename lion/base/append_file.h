#pragma once
/// A file that grows at its end while work goes on: caches and logs. What was written before a
/// crash stays; readers must expect that the last record is torn.

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace lion {

class AppendFile {
 public:
  /// Opens `path` to write behind its first `keep` bytes; what follows them is cut off. Creates the
  /// file when it is not there. Throws ResourceError.
  AppendFile(std::filesystem::path path, uint64_t keep);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Hands the bytes to the system; they outlive this process. Throws ResourceError, for instance
  /// when the disk is full.
  void write(std::string_view bytes);

  /// Waits until the disk has them: they outlive the machine. Throws ResourceError.
  void sync();

 private:
  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace lion
