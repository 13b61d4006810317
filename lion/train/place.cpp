#include "lion/train/place.h"

#include <charconv>
#include <cstdlib>

#include "lion/base/error.h"

namespace lion::train {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

int64_t number(const char* name, int64_t low, int64_t high) {
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

}  // namespace

Place place_from_environment(Rendezvous rendezvous) {
  Place place;
  if (environment("WORLD_SIZE").empty()) return place;
  place.world = number("WORLD_SIZE", 1, 1 << 20);
  if (place.world == 1) return place;
  place.rank = number("RANK", 0, place.world - 1);
  place.local_rank = environment("LOCAL_RANK").empty() ? 0 : number("LOCAL_RANK", 0, 1 << 20);
  if (rendezvous == Rendezvous::kNone) return place;
  place.port = number("MASTER_PORT", 1, 65535);
  place.address = environment("MASTER_ADDR");
  if (place.address.empty()) {
    throw InputError(
        "environment: MASTER_ADDR is not set, but WORLD_SIZE is. Set it to the host of rank 0.");
  }
  place.agent_store = environment("TORCHELASTIC_USE_AGENT_STORE") == "True";
  return place;
}

}  // namespace lion::train
