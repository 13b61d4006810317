#pragma once
/// How far a figure can be trusted: bootstrap intervals, and paired tests between two runs.

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace lion {

struct Interval {
  double low = 0;
  double high = 0;
};

/// Percentile bootstrap (Efron 1979) over n units: `figure` gets the numbers of the units drawn,
/// with repetition. The same seed gives the same interval. Throws InputError for n < 1, fewer than
/// 1 resample, or a confidence outside (0, 1).
Interval bootstrap(int64_t n, const std::function<double(std::span<const int64_t>)>& figure,
                   int64_t resamples = 1000, double confidence = 0.95, uint64_t seed = 0);

/// The same for a plain mean of `values`.
Interval bootstrap_mean(std::span<const double> values, int64_t resamples = 1000,
                        double confidence = 0.95, uint64_t seed = 0);

/// Two runs over the same units.
struct PairedTest {
  int64_t n = 0;
  double mean_a = 0, mean_b = 0;
  double difference = 0;  ///< mean_b - mean_a
  Interval interval;      ///< of the difference, bootstrap, 95 %
  double p_value = 1;     ///< two-sided: exact McNemar where values are 0 and 1, else a sign-flip
                          ///< permutation test of the mean difference (10,000 flips, seeded)
  std::string test;       ///< "McNemar, exact" or "paired permutation"
  std::vector<int64_t> better;  ///< units where b is better, most so first
  std::vector<int64_t> worse;
};
/// Throws InputError when the sizes differ or are 0.
PairedTest compare_paired(std::span<const double> a, std::span<const double> b, uint64_t seed = 0);

}  // namespace lion
