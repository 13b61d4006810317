#include <array>

#include "lion/base/error.h"
#include "lion/checkpoint/zip.h"

namespace lion {
namespace {

constexpr uint64_t kAlignment = 64;
constexpr uint64_t kLocalHeaderSize = 30;
constexpr uint16_t kPaddingExtra = 0x4246;  // "FB", the field that PyTorch pads with

using CrcTables = std::array<std::array<uint32_t, 256>, 8>;

/// Tables to process 8 bytes at a time ("slicing by 8"); reflected polynomial 0xedb88320.
constexpr CrcTables make_crc_tables() {
  CrcTables tables{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0u);
    tables[0][i] = crc;
  }
  for (size_t slice = 1; slice < 8; ++slice) {
    for (size_t i = 0; i < 256; ++i) {
      const uint32_t before = tables[slice - 1][i];
      tables[slice][i] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

uint32_t crc32(std::span<const std::byte> bytes) {
  static constexpr CrcTables kTables = make_crc_tables();
  const auto at = [&](size_t i) { return static_cast<uint32_t>(bytes[i]); };
  uint32_t crc = 0xffffffffu;
  for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
    const uint32_t low = crc ^ (at(0) | at(1) << 8 | at(2) << 16 | at(3) << 24);
    crc = kTables[7][low & 0xff] ^ kTables[6][low >> 8 & 0xff] ^ kTables[5][low >> 16 & 0xff] ^
          kTables[4][low >> 24] ^ kTables[3][at(4)] ^ kTables[2][at(5)] ^ kTables[1][at(6)] ^
          kTables[0][at(7)];
  }
  for (const std::byte byte : bytes) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<uint32_t>(byte)) & 0xff];
  }
  return ~crc;
}

/// Appends numbers in little-endian order.
class Record {
 public:
  Record& u16(uint64_t value) { return number(value, 2); }
  Record& u32(uint64_t value) { return number(value, 4); }
  Record& u64(uint64_t value) { return number(value, 8); }
  Record& text(std::string_view value) {
    bytes_ += value;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  Record& number(uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes_ += static_cast<char>(value >> (8 * i) & 0xff);
    return *this;
  }
  std::string bytes_;
};

/// What local and central header share: version 2.0, UTF-8 names, stored, 1980-01-01, sizes.
void common_fields(Record& record, uint32_t crc, uint32_t size, size_t name, size_t extra,
                   bool zip64) {
  record.u16(zip64 ? 45 : 20).u16(1u << 11).u16(0).u16(0).u16(0x21);
  record.u32(crc).u32(size).u32(size).u16(name).u16(extra);
}

}  // namespace

ZipWriter::ZipWriter(const std::filesystem::path& path) : where_(path.string()), file_(path) {}

void ZipWriter::add(const std::string& name, std::span<const std::byte> content) {
  if (content.size() >= kInZip64 || name.size() > 0xffff) {
    throw InputError(str(where_, ": entry \"", name, "\" is ", bytes_str(content.size()),
                         ", expected less than 4 GiB. Split the tensor."));
  }
  const auto size = static_cast<uint32_t>(content.size());
  const uint64_t header = kLocalHeaderSize + name.size() + 4;  // 4: head of the padding field
  const uint64_t padding = (kAlignment - (position_ + header) % kAlignment) % kAlignment;
  entries_.push_back({name, crc32(content), size, position_});
  Record local;
  local.u32(0x04034b50);
  common_fields(local, entries_.back().crc, size, name.size(), 4 + padding, false);
  local.text(name).u16(kPaddingExtra).u16(padding).text(std::string(padding, 'Z'));
  file_.write(local.bytes());
  file_.write(content);
  position_ += local.bytes().size() + content.size();
}

void ZipWriter::commit() {
  const uint64_t begin = position_;
  Record central;
  for (const Entry& entry : entries_) {
    const bool far = entry.offset >= kInZip64;
    central.u32(0x02014b50).u16(20);
    common_fields(central, entry.crc, entry.size, entry.name.size(), far ? 12 : 0, far);
    central.u16(0).u16(0).u16(0).u32(0).u32(far ? kInZip64 : entry.offset);
    central.text(entry.name);
    if (far) central.u16(0x0001).u16(8).u64(entry.offset);
  }
  const uint64_t size = central.bytes().size();
  const uint64_t count = entries_.size();
  const bool zip64 = begin >= kInZip64 || count >= 0xffff;
  if (zip64) {
    const uint64_t record = begin + size;
    central.u32(0x06064b50).u64(44).u16(45).u16(45).u32(0).u32(0).u64(count).u64(count);
    central.u64(size).u64(begin);
    central.u32(0x07064b50).u32(0).u64(record).u32(1);
  }
  const uint64_t shown = zip64 ? 0xffff : count;
  central.u32(0x06054b50).u16(0).u16(0).u16(shown).u16(shown);
  central.u32(zip64 ? kInZip64 : size).u32(zip64 ? kInZip64 : begin).u16(0);
  file_.write(central.bytes());
  file_.commit();
}

}  // namespace lion
