#include "lion/base/cgroup.h"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

#include "lion/base/str.h"

namespace lion {
namespace fs = std::filesystem;
namespace {

/// `base`/`path` and the folders above it down to `base`, those that can be seen. In a container
/// /proc may name the path outside, while the container's own group is mounted as the root: what
/// is not there is left out, and the root is always looked at.
std::vector<fs::path> levels(const fs::path& base, std::string_view path) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (fs::path at = fs::path(path).relative_path(); !at.empty(); at = at.parent_path()) {
    if (fs::is_directory(base / at, ignored)) found.push_back(base / at);
  }
  if (fs::is_directory(base, ignored)) found.push_back(base);
  return found;
}

}  // namespace

std::optional<uint64_t> read_number(const fs::path& file) {
  std::ifstream in(file);
  uint64_t value = 0;
  return in >> value ? std::optional(value) : std::nullopt;
}

std::optional<uint64_t> read_keyed_number(const fs::path& file, std::string_view key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name;
    uint64_t value = 0;
    if (words >> name >> value && name == key) return value;
  }
  return std::nullopt;
}

std::vector<Cgroup> cgroups_of(std::string_view controller, const fs::path& root) {
  const fs::path mounts = root / "sys/fs/cgroup";
  std::vector<Cgroup> groups;
  std::ifstream own(root / "proc/self/cgroup");
  for (std::string line; std::getline(own, line);) {
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string_view controllers =
        std::string_view(line).substr(first + 1, second - first - 1);
    const std::string_view path = std::string_view(line).substr(second + 1);
    if (controllers.empty()) {  // "0::/path" is the unified hierarchy
      for (const fs::path& base : {mounts / "unified", mounts}) {
        for (const fs::path& folder : levels(base, path)) groups.push_back({folder, true});
      }
      continue;
    }
    for (const std::string& name : split(controllers, ',')) {
      if (name != controller) continue;
      // The mount is named after all its controllers ("cpu,cpuacct"), or after the one.
      for (const fs::path& base : {mounts / std::string(controllers), mounts / name}) {
        const auto found = levels(base, path);
        for (const fs::path& folder : found) groups.push_back({folder, false});
        if (!found.empty()) break;
      }
    }
  }
  return groups;
}

}  // namespace lion
