#pragma once
/// Internal to this component: files with a JSON value a line, of which some may be broken.

#include <simdjson.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>

namespace lion {

/// Calls `read` for each line that is JSON, `broken` for the others; empty lines are skipped.
/// Carriage returns do not matter. Lines are counted from 1; a value is valid until the call
/// returns. NaN and Infinity, as Python writes them, are null.
void each_json_line(
    std::string_view text,
    const std::function<void(int64_t line, const simdjson::dom::element& value)>& read,
    const std::function<void(int64_t line, std::string_view what)>& broken);

/// Whether the file is one JSON list, by its first character. Throws ResourceError when it cannot
/// be read.
bool is_json_list(const std::filesystem::path& path);

}  // namespace lion
