#include "lion/annotations/disk_names.h"

#include <algorithm>
#include <system_error>

#include "lion/text/unicode.h"

namespace lion {
namespace fs = std::filesystem;
namespace {

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// The name composed; as it is when it is not UTF-8.
std::string composed(const std::string& name) {
  return is_ascii(name) || valid_utf8(name) != name ? name : to_nfc(name);
}

}  // namespace

bool is_on_disk(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

fs::path DiskNames::find(const fs::path& path) {
  if (is_ascii(path.string()) || is_on_disk(path)) return path;
  fs::path found;
  for (const fs::path& part : path) {
    if (is_ascii(part.string()) || is_on_disk(found / part)) {
      found /= part;
      continue;
    }
    const Names& names = names_in(found.empty() ? "." : found);
    const auto name = names.find(composed(part.string()));
    if (name == names.end()) return path;
    found /= name->second;
  }
  return found;
}

const DiskNames::Names& DiskNames::names_in(const fs::path& folder) {
  const auto [known, is_new] = folders_.try_emplace(folder.string());
  if (!is_new) return known->second;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!is_ascii(name)) known->second.emplace(composed(name), name);
  }
  return known->second;
}

}  // namespace lion
