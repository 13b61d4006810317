#pragma once
/// Whether the images that hold an object have the higher probabilities of it.
/// Source: scikit-learn's average_precision_score, not interpolated; equal ones are one threshold.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lion {

/// Average precision of one object. Sorts once, for the figures of many draws.
class AveragePrecision {
 public:
  /// `losses[i]`: -log probability of image i, NaN as if infinite; `holds[i]`: whether it is
  /// there. Throws InputError when the sizes differ or there are 2^30 images or more.
  AveragePrecision(std::span<const double> losses, const std::vector<bool>& holds);

  /// Sum over thresholds of (R_n - R_{n-1}) P_n, 0..1, with image i there `counts[i]` times;
  /// nothing when no image that counts holds the object.
  std::optional<double> of(std::span<const uint32_t> counts) const;

 private:
  std::vector<uint32_t> steps_;  // number of the image and two flags, likeliest first
};

/// The mean over the objects that some image holds; 0 when there is none.
double mean_average_precision(std::span<const AveragePrecision> objects,
                              std::span<const uint32_t> counts);

}  // namespace lion
