#include <algorithm>
#include <optional>

#include "lion/base/error.h"
#include "lion/checkpoint/bytes.h"
#include "lion/checkpoint/zip.h"

namespace lion {
namespace {

constexpr uint32_t kLocalHeader = 0x04034b50;
constexpr uint32_t kCentralHeader = 0x02014b50;
constexpr uint32_t kEnd64 = 0x06064b50;
constexpr uint32_t kEnd64Locator = 0x07064b50;
constexpr uint64_t kEndSize = 22;
constexpr uint64_t kLocatorSize = 20;
constexpr uint16_t kZip64Extra = 0x0001;

[[noreturn]] void broken(const std::string& where, const std::string& what) {
  throw ResourceError(str(where, ": broken zip archive: ", what,
                          ". The file is truncated or damaged: copy or download it again."));
}

/// Where the central directory lies.
struct Directory {
  uint64_t entries;
  uint64_t size;
  uint64_t offset;
  uint64_t end;  ///< where the records after it begin
};

/// The end record stands at the very end, in front of a comment of up to 64 KiB.
uint64_t find_end(std::span<const std::byte> bytes, const std::string& where) {
  const std::string_view text = as_text(bytes);
  constexpr std::string_view kSignature = "PK\5\6";
  for (size_t at = text.rfind(kSignature); at != text.npos; at = text.rfind(kSignature, at - 1)) {
    const uint64_t after = text.size() - at;
    if (after > kEndSize + 0xffff) break;
    if (after >= kEndSize) {
      ByteReader comment_length(bytes, where, at + kEndSize - 2);
      if (comment_length.read<uint16_t>() == after - kEndSize) return at;
    }
    if (at == 0) break;
  }
  broken(where, "has no end record");
}

Directory find_directory(std::span<const std::byte> bytes, const std::string& where) {
  const uint64_t end = find_end(bytes, where);
  ByteReader reader(bytes, where, end + 4);
  const auto disk = reader.read<uint16_t>();
  const auto directory_disk = reader.read<uint16_t>();
  reader.take(2);
  Directory directory{.entries = reader.read<uint16_t>(),
                      .size = reader.read<uint32_t>(),
                      .offset = reader.read<uint32_t>(),
                      .end = end};
  if (disk != directory_disk || (disk != 0 && disk != 0xffff)) broken(where, "is in several parts");
  if (end < kLocatorSize) return directory;

  ByteReader locator(bytes, where, end - kLocatorSize);
  if (locator.read<uint32_t>() != kEnd64Locator) return directory;
  locator.take(4);
  const auto end64 = locator.read<uint64_t>();
  if (end64 > end - kLocatorSize) broken(where, "has its zip64 record out of place");
  ByteReader record(bytes, where, end64);
  if (record.read<uint32_t>() != kEnd64) broken(where, "has no zip64 record where it should be");
  record.take(28);
  directory.entries = record.read<uint64_t>();
  directory.size = record.read<uint64_t>();
  directory.offset = record.read<uint64_t>();
  directory.end = end64;
  return directory;
}

}  // namespace

ZipReader::Entry ZipReader::read_entry(ByteReader& directory, std::string& name) {
  const std::string& where = directory.where();
  if (directory.read<uint32_t>() != kCentralHeader) broken(where, "has a broken directory");
  directory.take(4);
  Entry entry;
  entry.flags = directory.read<uint16_t>();
  entry.method = directory.read<uint16_t>();
  directory.take(8);
  entry.stored_size = directory.read<uint32_t>();
  entry.size = directory.read<uint32_t>();
  const auto name_length = directory.read<uint16_t>();
  const auto extra_length = directory.read<uint16_t>();
  const auto comment_length = directory.read<uint16_t>();
  directory.take(8);
  entry.offset = directory.read<uint32_t>();
  name = as_text(directory.take(name_length));

  ByteReader extra(directory.take(extra_length), where);
  while (extra.rest().size() >= 4) {
    const auto id = extra.read<uint16_t>();
    ByteReader field(extra.take(extra.read<uint16_t>()), where);
    if (id != kZip64Extra) continue;
    for (uint64_t* value : {&entry.size, &entry.stored_size, &entry.offset}) {
      if (*value == kInZip64) *value = field.read<uint64_t>();
    }
  }
  directory.take(comment_length);
  return entry;
}

ZipReader::ZipReader(std::span<const std::byte> bytes, std::string where)
    : where_(std::move(where)) {
  const Directory directory = find_directory(bytes, where_);
  if (directory.offset > directory.end || directory.size > directory.end - directory.offset) {
    broken(where_, "has its directory out of place");
  }
  before_directory_ = bytes.first(directory.offset);
  ByteReader reader(bytes.subspan(directory.offset, directory.size), where_);
  for (uint64_t i = 0; i < directory.entries; ++i) {
    std::string name;
    const Entry entry = read_entry(reader, name);
    if (!entries_.emplace(name, entry).second)
      broken(where_, str("holds \"", shown(name), "\" twice"));
  }
  if (!reader.rest().empty()) broken(where_, "has more directory than entries");
}

std::vector<std::string> ZipReader::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

std::span<const std::byte> ZipReader::at(std::string_view name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) broken(where_, str("has no entry \"", shown(name), '"'));
  const Entry& entry = found->second;
  const std::string where = str(where_, ": zip entry \"", shown(name), '"');
  if (entry.flags & 1u) {
    throw ResourceError(str(where, " is encrypted. Decrypt the archive first."));
  }
  if (entry.method != 0) {
    throw ResourceError(str(where, " is compressed (method ", entry.method,
                            ", expected 0, stored). Load the file in PyTorch and save it again ",
                            "with torch.save, which does not compress."));
  }
  if (entry.size != entry.stored_size) broken(where, "has two sizes");
  ByteReader local(before_directory_, where, entry.offset);
  if (local.read<uint32_t>() != kLocalHeader) broken(where, "has no header where it should be");
  local.take(22);
  const auto name_length = local.read<uint16_t>();
  const auto extra_length = local.read<uint16_t>();
  if (as_text(local.take(name_length)) != name) {
    broken(where, "has another name in its own header");
  }
  local.take(extra_length);
  return local.take(entry.size);
}

}  // namespace lion
