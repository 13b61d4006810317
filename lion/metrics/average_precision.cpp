#include "lion/metrics/average_precision.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "lion/base/error.h"
#include "lion/base/str.h"

namespace lion {
namespace {

constexpr uint32_t kHolds = 1;      // the object is in the image
constexpr uint32_t kThreshold = 2;  // the last one of this loss
constexpr uint32_t kFlagBits = 2;

double comparable(double loss) {
  return std::isnan(loss) ? std::numeric_limits<double>::infinity() : loss;
}

}  // namespace

AveragePrecision::AveragePrecision(std::span<const double> losses, const std::vector<bool>& holds) {
  constexpr size_t kMost = size_t{1} << (32 - kFlagBits);
  if (losses.size() != holds.size() || losses.size() >= kMost) {
    throw InputError(str("average precision: got ", losses.size(), " losses for ", holds.size(),
                         " images, expected one each for fewer than ", kMost,
                         ". Give a loss for every image."));
  }
  std::vector<uint32_t> order(losses.size());
  std::iota(order.begin(), order.end(), uint32_t{0});
  const auto loss = [&](uint32_t image) { return comparable(losses[image]); };
  std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return loss(a) < loss(b); });
  for (size_t i = 0; i < order.size(); ++i) {
    const bool last = i + 1 == order.size() || loss(order[i + 1]) != loss(order[i]);
    steps_.push_back((order[i] << kFlagBits) | (last ? kThreshold : 0) |
                     (holds[order[i]] ? kHolds : 0));
  }
}

std::optional<double> AveragePrecision::of(std::span<const uint32_t> counts) const {
  uint64_t all = 0, hits = 0, counted = 0;
  double sum = 0;
  for (const uint32_t step : steps_) {
    const uint32_t count = counts[step >> kFlagBits];
    all += count;
    hits += (step & kHolds) ? count : 0;
    if ((step & kThreshold) && hits > counted) {
      sum += static_cast<double>(hits - counted) * static_cast<double>(hits) /
             static_cast<double>(all);
      counted = hits;
    }
  }
  if (hits == 0) return std::nullopt;
  return sum / static_cast<double>(hits);
}

double mean_average_precision(std::span<const AveragePrecision> objects,
                              std::span<const uint32_t> counts) {
  double sum = 0;
  int64_t held = 0;
  for (const AveragePrecision& object : objects) {
    if (const auto one = object.of(counts)) {
      sum += *one;
      ++held;
    }
  }
  return held == 0 ? 0.0 : sum / static_cast<double>(held);
}

}  // namespace lion
