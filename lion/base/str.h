#pragma once
/// Small string helpers (GCC 12 has no std::format).

#include <cstdint>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace lion {

/// All arguments, one after the other, as `operator<<` prints them.
template <typename... Args>
std::string str(const Args&... args) {
  std::ostringstream out;
  (out << ... << args);
  return std::move(out).str();
}

/// "[2,257,1408]"
std::string shape_str(std::span<const int64_t> shape);

/// "1.5 GiB", "12 B": binary units, at most one decimal.
std::string bytes_str(uint64_t bytes);

/// Splits at every `separator`; empty parts are kept; "" gives one empty part.
std::vector<std::string> split(std::string_view text, char separator);

/// Removes ASCII white space from both ends.
std::string_view trim(std::string_view text);

std::string join(std::span<const std::string> parts, std::string_view separator);

/// Lines of a text, at "\n" or "\r\n"; a line break at the end starts no further line.
std::vector<std::string> lines(std::string_view text);

/// `text` with every occurrence of `from` (not empty) replaced by `to`.
std::string replace_all(std::string_view text, std::string_view from, std::string_view to);

}  // namespace lion
