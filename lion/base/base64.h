#pragma once
/// Bytes as text: base64 with the standard alphabet. Source: RFC 4648, section 4.

#include <string>
#include <string_view>

namespace lion {

/// With padding, without line breaks.
std::string encode_base64(std::string_view bytes);

/// The bytes of a text with or without padding; nothing but digits may stand in it. Throws
/// InputError saying which character is wrong, or that a text of this length holds no whole bytes.
std::string decode_base64(std::string_view text);

}  // namespace lion
