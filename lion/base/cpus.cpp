#include "lion/base/cpus.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "lion/base/cgroup.h"

namespace lion {
namespace {

int64_t allowed_cpus() {
  // Larger machines than the fixed set has bits for: ask again with a larger one.
  for (int cpus = CPU_SETSIZE; cpus <= 1 << 20; cpus *= 4) {
    const size_t bytes = CPU_ALLOC_SIZE(static_cast<size_t>(cpus));
    std::vector<cpu_set_t> set((bytes + sizeof(cpu_set_t) - 1) / sizeof(cpu_set_t));
    CPU_ZERO_S(bytes, set.data());
    if (::sched_getaffinity(0, bytes, set.data()) == 0) return CPU_COUNT_S(bytes, set.data());
  }
  return std::thread::hardware_concurrency();
}

/// CPUs' worth of time in a group; 0 without a limit.
double quota_of(const Cgroup& group) {
  double quota = 0, period = 0;
  if (group.v2) {
    std::ifstream file(group.folder / "cpu.max");  // "max 100000", "150000 100000"
    if (!(file >> quota >> period)) return 0;
  } else {
    std::ifstream(group.folder / "cpu.cfs_quota_us") >> quota;  // -1: none
    std::ifstream(group.folder / "cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? quota / period : 0;
}

}  // namespace

int64_t cpu_quota(const std::filesystem::path& root) {
  double least = 0;
  for (const Cgroup& group : cgroups_of("cpu", root)) {
    const double quota = quota_of(group);
    if (quota > 0) least = least > 0 ? std::min(least, quota) : quota;
  }
  return least > 0 ? std::max<int64_t>(1, static_cast<int64_t>(std::min(std::ceil(least), 1e6)))
                   : 0;
}

int64_t available_cpus(const std::filesystem::path& root) {
  const int64_t allowed = std::max<int64_t>(1, allowed_cpus());
  const int64_t quota = cpu_quota(root);
  return quota > 0 ? std::min(allowed, quota) : allowed;
}

}  // namespace lion
