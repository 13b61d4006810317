#pragma once
/// UTF-8 and the few Unicode properties that the tokenizers ask for. Source of the tables:
/// utf8proc.

#include <cstddef>
#include <string>
#include <string_view>

namespace lion {

/// One code point and the bytes it took.
struct CodePoint {
  char32_t value = 0;
  size_t length = 0;
};

/// The first code point of `text`, which must not be empty. Bytes that are not UTF-8 give U+FFFD
/// and the length of the broken part (Unicode's "maximal subpart").
CodePoint decode_utf8(std::string_view text);

/// The bytes of a code point.
std::string encode_utf8(char32_t code_point);

/// `text` with each broken part replaced by U+FFFD, as Python decodes with errors="replace".
std::string valid_utf8(std::string_view text);

/// Unicode property White_Space: what Rust and Python call white space, less U+001C..U+001F.
bool is_white_space(char32_t code_point);

/// Canonical composition and decomposition of valid UTF-8.
std::string to_nfc(const std::string& text);
std::string to_nfd(const std::string& text);

}  // namespace lion
