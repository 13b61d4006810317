#include "lion/train/schedule.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

namespace lion::train {
namespace {

constexpr std::array<std::pair<Decay, std::string_view>, 4> kDecays = {
    {{Decay::kEpoch, "epoch"},
     {Decay::kStep, "step"},
     {Decay::kCosine, "cosine"},
     {Decay::kConstant, "constant"}}};

}  // namespace

Decay parse_decay(std::string_view name) {
  for (const auto& [decay, its_name] : kDecays) {
    if (its_name == name) return decay;
  }
  throw InputError(str("decay: got \"", name,
                       "\", expected epoch, step, cosine or constant. Name one of them."));
}

std::string_view decay_name(Decay decay) {
  for (const auto& [its_decay, name] : kDecays) {
    if (its_decay == decay) return name;
  }
  throw InternalError("decay_name: unknown decay.");
}

double Schedule::rate(int64_t step) const {
  const auto half_cosine = [this](double part) {
    return floor + (peak - floor) * 0.5 * (1.0 + std::cos(std::numbers::pi * part));
  };
  const int64_t per_epoch = std::max<int64_t>(1, steps / std::max<int64_t>(1, epochs));
  const bool warming = decay == Decay::kEpoch ? step < std::min(warmup, per_epoch) : step < warmup;
  if (warming) {
    const double part = static_cast<double>(step) / static_cast<double>(warmup);
    return std::min(peak, start + (peak - start) * part);
  }
  switch (decay) {
    case Decay::kEpoch: {
      const int64_t epoch = step / per_epoch;
      if (epoch == 0) return peak;
      return half_cosine(std::min(1.0, static_cast<double>(epoch) / static_cast<double>(epochs)));
    }
    case Decay::kStep:
      return half_cosine(std::min(1.0, static_cast<double>(step) / static_cast<double>(steps)));
    case Decay::kCosine:
      return half_cosine(
          std::min(1.0, static_cast<double>(step - warmup) /
                            static_cast<double>(std::max<int64_t>(1, steps - warmup))));
    case Decay::kConstant:
      return peak;
  }
  throw InternalError("Schedule: unknown decay.");
}

Schedule read_schedule(JsonReader& reader, Schedule defaults) {
  Schedule schedule = defaults;
  reader.read("lr", schedule.peak);
  reader.read("floor", schedule.floor);
  reader.read("warmup_start", schedule.start);
  reader.read("warmup", schedule.warmup);
  reader.read("epochs", schedule.epochs);
  std::string decay(decay_name(schedule.decay));
  reader.read("decay", decay);
  schedule.decay = parse_decay(decay);
  const bool sound = schedule.peak >= 0 && schedule.floor >= 0 && schedule.warmup >= 0 &&
                     schedule.epochs >= 1 && std::isfinite(schedule.peak);
  if (!sound) {
    throw InputError(str(reader.where(),
                         ": lr, floor and warmup must not be negative, and epochs at least 1. "
                         "Change them."));
  }
  return schedule;
}

}  // namespace lion::train
