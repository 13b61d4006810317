#pragma once
/// Learning rates over the steps of a run. Source: LION's appendix for the numbers, LAVIS for the
/// curve (docs/training.md).

#include <cstdint>
#include <string_view>

#include "lion/base/json.h"

namespace lion::train {

/// How the rate falls after the warm-up.
enum class Decay {
  kEpoch,     ///< half cosine, constant within each of `epochs` equal parts; warm-up in the first
  kStep,      ///< half cosine over all steps, warm-up first: step / steps
  kCosine,    ///< half cosine that begins where the warm-up ends
  kConstant,  ///< the peak
};
Decay parse_decay(std::string_view name);  ///< "epoch", "step", "cosine", "constant"
std::string_view decay_name(Decay decay);

struct Schedule {
  Decay decay = Decay::kEpoch;
  double peak = 1e-5;
  double floor = 0;
  double start = 1e-8;    ///< the rate of step 0 where there is a warm-up
  int64_t warmup = 1000;  ///< steps, linear from `start` to `peak`
  int64_t steps = 30000;  ///< of the whole run
  int64_t epochs = 10;    ///< of kEpoch: parts of equal length

  /// The rate of step `step`, 0 for the first.
  double rate(int64_t step) const;
};

/// Reads what is there over `defaults`: lr, floor, warmup_start, warmup, decay, epochs.
Schedule read_schedule(JsonReader& reader, Schedule defaults);

}  // namespace lion::train
