#include "lion/base/memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace lion {
namespace {

/// A number in a one-line file, or `fallback` when there is none ("max").
uint64_t read_number(const char* path, uint64_t fallback) {
  std::ifstream file(path);
  uint64_t value = 0;
  return file >> value ? value : fallback;
}

}  // namespace

uint64_t available_memory() {
  uint64_t available = 0;
  std::ifstream info("/proc/meminfo");
  std::string key;
  uint64_t kib = 0;
  while (info >> key >> kib) {
    if (key == "MemAvailable:") available = kib * 1024;
    info.ignore(64, '\n');
  }
  const uint64_t limit = read_number("/sys/fs/cgroup/memory.max", UINT64_MAX);
  const uint64_t used = read_number("/sys/fs/cgroup/memory.current", 0);
  return limit == UINT64_MAX ? available : std::min(available, limit - std::min(limit, used));
}

uint64_t peak_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace lion
