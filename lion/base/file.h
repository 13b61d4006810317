#pragma once
/// Files: memory-mapped reading, bounded reading, and writing beside with a rename at the end.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lion {

/// A whole file mapped read-only. The mapping lives as long as the object.
class MappedFile {
 public:
  /// Throws ResourceError when the file cannot be opened or mapped. An empty file gives no bytes.
  static std::shared_ptr<const MappedFile> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }
  const std::filesystem::path& path() const { return path_; }

  /// Tells the system that these bytes are not needed soon; their pages leave this process.
  void release(std::span<const std::byte> part) const;

 private:
  MappedFile(std::filesystem::path path, const std::byte* data, size_t size)
      : path_(std::move(path)), data_(data), size_(size) {}
  std::filesystem::path path_;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

/// The whole content of a file of at most `max_bytes`. Throws ResourceError.
std::string read_file(const std::filesystem::path& path, uint64_t max_bytes = 1u << 30);

/// A file that appears under its name only when it is complete: bytes go to `<path>.part-<pid>`,
/// `commit` syncs and renames. Without `commit` the destructor removes the part.
class AtomicFile {
 public:
  /// Throws ResourceError when the part cannot be created.
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Throws ResourceError, for instance when the disk is full.
  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path part_;
  int fd_ = -1;
};

/// Writes `content` to `path` through an AtomicFile.
void write_file(const std::filesystem::path& path, std::string_view content);

/// A folder that appears under its name only when it is complete: files go into
/// `path()`, a sibling of the target; `commit` renames it. The target must not exist or be empty.
class AtomicFolder {
 public:
  /// Throws InputError when the target exists and is not empty, ResourceError when the sibling
  /// cannot be created.
  explicit AtomicFolder(std::filesystem::path target);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  const std::filesystem::path& path() const { return part_; }
  void commit();

 private:
  std::filesystem::path target_;
  std::filesystem::path part_;
};

}  // namespace lion
