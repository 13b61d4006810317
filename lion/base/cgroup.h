#pragma once
/// The control groups of this process: where a container's limits are written.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace lion {

/// One level of a hierarchy of control groups, as a folder.
struct Cgroup {
  std::filesystem::path folder;
  bool v2 = false;  ///< the unified hierarchy; else the v1 hierarchy of one controller
};

/// The groups that limit this process for a controller ("memory", "cpu"), innermost first, up to
/// the root that can be seen. `root` is where /proc and /sys are looked for. Empty where there are
/// none.
std::vector<Cgroup> cgroups_of(std::string_view controller,
                               const std::filesystem::path& root = "/");

/// The first number of a file; none when it is missing or begins with a word ("max").
std::optional<uint64_t> read_number(const std::filesystem::path& file);

/// The number behind `key` in a file of lines "key number".
std::optional<uint64_t> read_keyed_number(const std::filesystem::path& file, std::string_view key);

}  // namespace lion
