#pragma once
/// A bounds-checked cursor over little-endian bytes, shared by the file readers of this component.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "lion/base/error.h"

namespace lion {

static_assert(std::endian::native == std::endian::little, "checkpoints are read in place");

inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// A name from a file, made short and safe to show on a terminal.
inline std::string shown(std::string_view text) {
  std::string out(text.substr(0, 200));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return out;
}

/// Reads forward through bytes that it does not own. Going past the end throws ResourceError.
class ByteReader {
 public:
  /// Starts at byte `position`. `where` names the file in errors.
  ByteReader(std::span<const std::byte> bytes, std::string where, uint64_t position = 0)
      : bytes_(bytes), where_(std::move(where)), position_(0) {
    take(position);
  }

  std::span<const std::byte> take(uint64_t count) {
    if (count > bytes_.size() - position_) {
      throw ResourceError(str(where_, ": ends too early (got ", bytes_.size() - position_,
                              " bytes at byte ", position_, ", expected ", count,
                              "). The file is truncated or damaged: copy or download it again."));
    }
    const auto part = bytes_.subspan(position_, count);
    position_ += count;
    return part;
  }

  /// The next little-endian number.
  template <typename T>
  T read() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }

  uint64_t position() const { return position_; }
  std::span<const std::byte> rest() const { return bytes_.subspan(position_); }
  const std::string& where() const { return where_; }

 private:
  std::span<const std::byte> bytes_;
  std::string where_;
  uint64_t position_;
};

}  // namespace lion
