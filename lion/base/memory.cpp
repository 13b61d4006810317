#include "lion/base/memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <optional>

#include "lion/base/cgroup.h"

namespace lion {
namespace fs = std::filesystem;
namespace {

/// What a group may still take: its limit less what it uses, but for the file pages among that: the
/// kernel drops them before it refuses memory. UINT64_MAX without a limit.
uint64_t left_in(const Cgroup& group) {
  const auto number = [&group](const char* v2, const char* v1) {
    return read_number(group.folder / (group.v2 ? v2 : v1));
  };
  const uint64_t high = group.v2 ? read_number(group.folder / "memory.high").value_or(UINT64_MAX)
                                 : UINT64_MAX;  // above it the kernel slows the group down
  const uint64_t limit =
      std::min(high, number("memory.max", "memory.limit_in_bytes").value_or(UINT64_MAX));
  const auto used = number("memory.current", "memory.usage_in_bytes");
  if (limit == UINT64_MAX || !used) return limit;
  uint64_t droppable = 0;
  for (const char* key : {"inactive_file", "active_file", "slab_reclaimable"}) {
    const fs::path stat = group.folder / "memory.stat";
    // v1 counts a group's children under "total_" only.
    auto pages = group.v2 ? std::nullopt : read_keyed_number(stat, std::string("total_") + key);
    if (!pages) pages = read_keyed_number(stat, key);
    droppable += pages.value_or(0);
  }
  const uint64_t held = *used - std::min(*used, droppable);
  return limit - std::min(limit, held);
}

}  // namespace

uint64_t available_memory(const fs::path& root) {
  const auto kib = read_keyed_number(root / "proc/meminfo", "MemAvailable:");
  uint64_t available = kib ? *kib * 1024 : UINT64_MAX;
  for (const Cgroup& group : cgroups_of("memory", root)) {
    available = std::min(available, left_in(group));
  }
  return available;
}

uint64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace lion
