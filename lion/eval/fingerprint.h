#pragma once
/// Short names for contents: of a prompt in a result, of a model that a journal was begun with.

#include <filesystem>
#include <string>
#include <string_view>

namespace lion::eval {

/// SHA-256 as 64 hexadecimal digits.
std::string sha256(std::string_view bytes);

/// Of the files of a folder (sub-folders left out): names, sizes, small files whole, and of large
/// ones 4,096 pieces of 64 bytes spread over the file. Tells models apart without reading them; a
/// file that differs between the pieces only is not noticed. Throws ResourceError.
std::string folder_fingerprint(const std::filesystem::path& folder);

}  // namespace lion::eval
