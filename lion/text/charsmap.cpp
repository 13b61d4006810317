#include "lion/text/charsmap.h"

#include <utf8proc.h>

#include "lion/base/error.h"
#include "lion/text/unicode.h"

namespace lion {
namespace {

constexpr size_t kGraphemeBytes = 6;  // shorter graphemes are looked up whole

// The fields of a unit of the double array (darts-clone).
bool has_leaf(uint32_t unit) { return (unit >> 8 & 1) != 0; }
uint32_t value(uint32_t unit) { return unit & 0x7FFFFFFF; }
uint32_t label(uint32_t unit) { return unit & 0x800000FF; }
uint32_t offset(uint32_t unit) { return (unit >> 10) << ((unit & 0x200) >> 6); }

uint32_t little_endian(std::string_view bytes) {
  uint32_t number = 0;
  for (size_t i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

/// Bytes of the first grapheme of `text`, which must not be empty.
size_t grapheme_length(std::string_view text) {
  CodePoint last = decode_utf8(text);
  size_t length = last.length;
  utf8proc_int32_t state = 0;
  while (length < text.size()) {
    const CodePoint next = decode_utf8(text.substr(length));
    if (utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(last.value),
                                         static_cast<utf8proc_int32_t>(next.value), &state)) {
      break;
    }
    length += next.length;
    last = next;
  }
  return length;
}

}  // namespace

Charsmap::Charsmap(std::string_view bytes, std::string_view where) {
  const size_t trie_bytes = bytes.size() < 4 ? 0 : little_endian(bytes);
  if (trie_bytes == 0 || trie_bytes % 4 != 0 || trie_bytes > bytes.size() - 4) {
    throw InputError(str(where, ": the character map (", bytes.size(),
                         " bytes) is cut short or damaged. Take the file again from its source."));
  }
  for (size_t i = 0; i < trie_bytes; i += 4) units_.push_back(little_endian(bytes.substr(4 + i)));
  replacements_ = bytes.substr(4 + trie_bytes);
  if (valid_utf8(replacements_) != replacements_) {
    throw InputError(str(where,
                         ": the character map's replacements are not UTF-8. Take the file "
                         "again from its source."));
  }
}

std::optional<std::string_view> Charsmap::replacement(std::string_view chunk) const {
  size_t node = offset(units_[0]);
  for (const char c : chunk) {
    const auto byte = static_cast<unsigned char>(c);
    node ^= byte;
    if (byte == 0 || node >= units_.size() || label(units_[node]) != byte) return std::nullopt;
    const uint32_t unit = units_[node];
    node ^= offset(unit);
    if (!has_leaf(unit)) continue;
    if (node >= units_.size() || value(units_[node]) >= replacements_.size()) return std::nullopt;
    const std::string_view rest = std::string_view(replacements_).substr(value(units_[node]));
    return rest.substr(0, rest.find('\0'));
  }
  return std::nullopt;
}

std::string Charsmap::normalize(std::string_view text) const {
  std::string normal;
  normal.reserve(text.size());
  while (!text.empty()) {
    const std::string_view grapheme = text.substr(0, grapheme_length(text));
    text.remove_prefix(grapheme.size());
    const auto whole = grapheme.size() < kGraphemeBytes ? replacement(grapheme) : std::nullopt;
    if (whole) {
      normal += *whole;
      continue;
    }
    for (std::string_view rest = grapheme; !rest.empty();) {
      const std::string_view character = rest.substr(0, decode_utf8(rest).length);
      normal += replacement(character).value_or(character);
      rest.remove_prefix(character.size());
    }
  }
  return normal;
}

}  // namespace lion
