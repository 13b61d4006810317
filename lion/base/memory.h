#pragma once
/// How much memory there is.

#include <cstdint>
#include <filesystem>

namespace lion {

/// Bytes that this process may still get: the smallest of the system's estimate and of what each
/// of its control groups has left (a container's limit, v1 or v2, at every level). File pages that
/// the kernel would drop count as free, as the system's estimate counts them. UINT64_MAX where
/// nothing is known. `root` is where /proc and /sys are looked for: a test's own folder.
uint64_t available_memory(const std::filesystem::path& root = "/");

/// The largest number of bytes of memory that this process has held at once so far.
uint64_t peak_memory();

}  // namespace lion
