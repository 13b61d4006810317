#pragma once
/// This process among those that a launcher started together. Source: the environment variables of
/// torchrun.

#include <cstdint>
#include <string>

namespace lion {

struct ProcessRank {
  int64_t rank = 0;        ///< RANK
  int64_t world = 1;       ///< WORLD_SIZE
  int64_t local_rank = 0;  ///< LOCAL_RANK: which of this machine, 0 where it is not set
};

/// Reads the environment; one process alone where WORLD_SIZE is not set or 1. Throws InputError
/// naming the variable that is missing or no number.
ProcessRank rank_from_environment();

/// The value of a variable, "" where it is not set.
std::string environment(const char* name);

/// A whole number from `low` to `high` that WORLD_SIZE makes necessary. Throws InputError.
int64_t launcher_number(const char* name, int64_t low, int64_t high);

}  // namespace lion
