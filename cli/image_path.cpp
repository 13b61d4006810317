#include "cli/image_path.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/text/unicode.h"

namespace lion::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kScheme = "file://";

bool is_plain(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~/").find(static_cast<char>(c)) != std::string_view::npos;
}

std::string file_url(const std::string& path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string url(kScheme);
  for (const unsigned char c : fs::absolute(path).lexically_normal().string()) {
    if (is_plain(c)) {
      url += static_cast<char>(c);
    } else {
      url += {'%', kDigits[c >> 4], kDigits[c & 15]};
    }
  }
  return url;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint next = decode_utf8(text);
    if (next.value == 0xfffd && text.substr(0, next.length) != "\xef\xbf\xbd") return false;
    text.remove_prefix(next.length);
  }
  return true;
}

std::string written_path(const std::string& path, bool one_line) {
  const bool controls =
      std::any_of(path.begin(), path.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  const bool as_it_is = is_utf8(path) && !(one_line && controls) && !path.starts_with(kScheme);
  return as_it_is ? path : file_url(path);
}

std::string path_of(const std::string& text) {
  if (!text.starts_with(kScheme)) return text;
  const auto fail = [&](std::string_view what) {
    throw InputError(str(text, ": ", what, " (expected file:///folder/image.jpg). Name the path."));
  };
  std::string path;
  for (size_t i = kScheme.size(); i < text.size(); ++i) {
    if (text[i] != '%') {
      path += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) fail("has a % without two hexadecimal digits");
    path += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (path.starts_with("localhost/")) path.erase(0, path.find('/'));
  if (!path.starts_with('/')) fail("is a file URL of another computer");
  return path;
}

std::string PathIdentity::operator()(const std::string& path) {
  const fs::path whole = (fs::path(base_) / path).lexically_normal();
  const std::string folder = whole.parent_path().string();
  auto known = folders_.find(folder);
  if (known == folders_.end()) {
    std::error_code failed;
    const fs::path real = fs::weakly_canonical(folder, failed);
    known = folders_.emplace(folder, failed ? folder : real.string()).first;
  }
  return str(known->second, "/", whole.filename().string());
}

std::string working_folder() {
  std::error_code failed;
  const fs::path folder = fs::current_path(failed);
  if (failed) {
    throw ResourceError(str("the working folder cannot be determined (", failed.message(),
                            "). Change to a folder that exists."));
  }
  return folder.string();
}

}  // namespace lion::cli
