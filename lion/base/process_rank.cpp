#include "lion/base/process_rank.h"

#include <charconv>
#include <cstdlib>

#include "lion/base/error.h"

namespace lion {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

int64_t launcher_number(const char* name, int64_t low, int64_t high) {
  const std::string text = environment(name);
  if (text.empty()) {
    throw InputError(str("environment: ", name,
                         " is not set, but WORLD_SIZE is. Set RANK, WORLD_SIZE, MASTER_ADDR and "
                         "MASTER_PORT, or start with torchrun --no-python."));
  }
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    throw InputError(str("environment: ", name, " is \"", text, "\", expected a number from ", low,
                         " to ", high, ". Set it right."));
  }
  return value;
}

ProcessRank rank_from_environment() {
  ProcessRank process;
  if (environment("WORLD_SIZE").empty()) return process;
  process.world = launcher_number("WORLD_SIZE", 1, 1 << 20);
  if (process.world == 1) return process;
  process.rank = launcher_number("RANK", 0, process.world - 1);
  if (!environment("LOCAL_RANK").empty()) {
    process.local_rank = launcher_number("LOCAL_RANK", 0, 1 << 20);
  }
  return process;
}

}  // namespace lion
