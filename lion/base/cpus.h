#pragma once
/// How many processors there are for this process.

#include <cstdint>
#include <filesystem>

namespace lion {

/// Processors that this process may run on (its affinity), and no more than the CPU time that its
/// control groups grant it (a container's limit, rounded up). At least 1. `root` is where /proc and
/// /sys are looked for: a test's own folder.
int64_t available_cpus(const std::filesystem::path& root = "/");

/// What the control groups alone grant, rounded up; 0 without a limit.
int64_t cpu_quota(const std::filesystem::path& root = "/");

}  // namespace lion
