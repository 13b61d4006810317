#pragma once
/// This process among those that train or evaluate together.

#include <cstdint>
#include <string>

namespace lion::train {

/// This process among the others. Source: the environment variables of torchrun.
struct Place {
  int64_t rank = 0;        ///< RANK
  int64_t world = 1;       ///< WORLD_SIZE
  int64_t local_rank = 0;  ///< LOCAL_RANK: which GPU of this machine
  std::string address;     ///< MASTER_ADDR: where rank 0 is
  int64_t port = 0;        ///< MASTER_PORT
  /// TORCHELASTIC_USE_AGENT_STORE: whether torchrun itself keeps the key-value store there.
  bool agent_store = false;
};

/// Whether the processes must find each other, or only share work by number.
enum class Rendezvous { kNeeded, kNone };

/// Reads the environment; one process alone where WORLD_SIZE is not set or 1. Without rendezvous,
/// RANK and WORLD_SIZE are enough. Throws InputError naming the variable that is missing or no
/// number.
Place place_from_environment(Rendezvous rendezvous = Rendezvous::kNeeded);

}  // namespace lion::train
