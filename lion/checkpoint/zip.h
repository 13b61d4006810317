#pragma once
/// The part of ZIP that PyTorch's files use: stored entries, zip64.
/// Source: PKWARE APPNOTE 6.3, sections 4.3 and 4.5.3.

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lion/base/file.h"
#include "lion/checkpoint/bytes.h"

namespace lion {

/// In place of a size or an offset: "the value is in the zip64 record".
inline constexpr uint32_t kInZip64 = 0xffffffff;

/// The entries of an archive in memory; no byte is copied.
class ZipReader {
 public:
  /// Reads the central directory of `bytes`, which must outlive the reader; `where` names the file
  /// in errors. Throws ResourceError when the directory is broken or names an entry twice.
  ZipReader(std::span<const std::byte> bytes, std::string where);

  bool contains(std::string_view name) const { return entries_.contains(name); }

  std::vector<std::string> names() const;

  /// The content of an entry. Throws ResourceError when there is none of that name, when it is
  /// compressed or encrypted, or when it does not lie where the directory says.
  std::span<const std::byte> at(std::string_view name) const;

 private:
  /// What the directory says of an entry.
  struct Entry {
    uint16_t flags;
    uint16_t method;
    uint64_t stored_size;
    uint64_t size;
    uint64_t offset;
  };

  static Entry read_entry(ByteReader& directory, std::string& name);

  std::string where_;
  std::span<const std::byte> before_directory_;
  std::map<std::string, Entry, std::less<>> entries_;
};

/// Writes stored entries, each beginning at a multiple of 64 bytes as PyTorch's do.
class ZipWriter {
 public:
  /// Throws ResourceError when the file cannot be created.
  explicit ZipWriter(const std::filesystem::path& path);

  /// Throws InputError when `content` is 4 GiB or more, ResourceError when writing fails.
  void add(const std::string& name, std::span<const std::byte> content);

  /// Writes the central directory; the file appears under its name.
  void commit();

 private:
  struct Entry {
    std::string name;
    uint32_t crc;
    uint32_t size;
    uint64_t offset;
  };

  std::string where_;
  AtomicFile file_;
  uint64_t position_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace lion
