#pragma once
/// How often each dataset is drawn from.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace lion::data {

/// What a dataset's probability is proportional to.
enum class MixtureRule {
  kSqrtSize,  ///< square root of its size, times its weight. Source: InstructBLIP; the default.
  kSize,      ///< its size, times its weight
  kWeight,    ///< its weight alone
};

struct MixtureSource {
  std::string name;     ///< for messages
  int64_t size = 0;     ///< records
  double weight = 1.0;  ///< 0: never drawn
};

class Mixture {
 public:
  /// Throws InputError when there is no source, a source has no records, a weight is negative or
  /// not finite, or all weights are 0.
  Mixture(std::span<const MixtureSource> sources, MixtureRule rule);

  /// One per source; their sum is 1.
  const std::vector<double>& probabilities() const { return probabilities_; }

  /// The source that a number uniform in [0, 1) stands for.
  int64_t pick(double uniform) const;

 private:
  std::vector<double> probabilities_;
};

}  // namespace lion::data
