#include <zlib.h>

#include <optional>
#include <string>
#include <vector>

#include "lion/image/codecs.h"
#include "lion/image/exif.h"

namespace lion {
namespace {

constexpr size_t kMaxText = size_t{1} << 20;  // Pillow's limit: texts can unpack to gigabytes

std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The text of a zlib stream; empty when it is damaged or too long.
std::string inflated(std::string_view packed) {
  std::string text(kMaxText, '\0');
  uLongf size = text.size();
  const int rc = uncompress(reinterpret_cast<Bytef*>(text.data()), &size,
                            reinterpret_cast<const Bytef*>(packed.data()), packed.size());
  text.resize(rc == Z_OK ? size : 0);
  return text;
}

/// Cuts off what stands before a zero byte, and the zero.
std::string_view cut_field(std::string_view& rest) {
  const size_t zero = std::min(rest.find('\0'), rest.size());
  const std::string_view field = rest.substr(0, zero);
  rest.remove_prefix(std::min(zero + 1, rest.size()));
  return field;
}

/// The text of a chunk tEXt, zTXt or iTXt whose keyword is one of two; none for others.
/// Source: PNG specification, section 11.3.3.
struct Text {
  std::string_view keyword;
  std::string text;
};
std::optional<Text> read_text(std::string_view type, std::string_view rest) {
  if (type != "tEXt" && type != "zTXt" && type != "iTXt") return std::nullopt;
  const std::string_view keyword = cut_field(rest);
  if (keyword != "Raw profile type exif" && keyword != "XML:com.adobe.xmp") return std::nullopt;
  bool packed = type == "zTXt";
  if (type == "zTXt" && !rest.empty()) rest.remove_prefix(1);  // the method: always zlib
  if (type == "iTXt") {
    if (rest.size() < 2) return std::nullopt;
    packed = rest[0] != 0;
    rest.remove_prefix(2);
    cut_field(rest);  // language
    cut_field(rest);  // translated keyword
  }
  return Text{keyword, packed ? inflated(rest) : std::string(rest.substr(0, kMaxText))};
}

/// The bytes of a raw profile: an empty line, its name, its length, then lines of hex digits.
std::string raw_profile(std::string_view text) {
  for (int line = 0; line < 3; ++line) {
    const size_t end = text.find('\n');
    if (end == text.npos) return {};
    text.remove_prefix(end + 1);
  }
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += static_cast<char>(c - '0');
    if (c >= 'a' && c <= 'f') digits += static_cast<char>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') digits += static_cast<char>(c - 'A' + 10);
  }
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(digits[i] << 4 | digits[i + 1]);
  }
  return bytes;
}

}  // namespace

int png_orientation(Bytes bytes) {
  std::optional<Bytes> exif;
  std::string profile, xmp;
  for (size_t at = 8; at + 12 <= bytes.size();) {
    const size_t size = big_endian_32(bytes, at);
    if (size > bytes.size() - at - 12) break;
    const std::string_view type = text_of(bytes.subspan(at + 4, 4));
    const Bytes chunk = bytes.subspan(at + 8, size);
    if (type == "eXIf") exif = chunk;
    if (auto text = read_text(type, text_of(chunk))) {
      (text->keyword.starts_with("Raw") ? profile : xmp) = std::move(text->text);
    }
    at += size + 12;
  }
  if (!exif && !profile.empty()) {
    profile = raw_profile(profile);
    exif = std::as_bytes(std::span(profile));
  }
  const std::optional<int> orientation = exif ? find_exif_orientation(*exif) : std::nullopt;
  return orientation ? *orientation : xmp_orientation(xmp);
}

}  // namespace lion
