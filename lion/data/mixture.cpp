#include "lion/data/mixture.h"

#include <cmath>

#include "lion/base/error.h"

namespace lion::data {
namespace {

double share(const MixtureSource& source, MixtureRule rule) {
  const auto size = static_cast<double>(source.size);
  switch (rule) {
    case MixtureRule::kSqrtSize:
      return std::sqrt(size) * source.weight;
    case MixtureRule::kSize:
      return size * source.weight;
    case MixtureRule::kWeight:
      return source.weight;
  }
  throw InternalError("mixture: a rule without a formula.");
}

}  // namespace

Mixture::Mixture(std::span<const MixtureSource> sources, MixtureRule rule) {
  if (sources.empty()) throw InputError("mixture: got no dataset (expected at least 1). Add one.");
  double sum = 0.0;
  for (const MixtureSource& source : sources) {
    if (source.size < 1) {
      throw InputError(str("mixture: dataset ", source.name, " has ", source.size,
                           " records (expected at least 1). Check its files, or leave it out."));
    }
    if (!(source.weight >= 0.0) || !std::isfinite(source.weight)) {
      throw InputError(str("mixture: dataset ", source.name, " has the weight ", source.weight,
                           " (expected a finite number, 0 or more). Correct it."));
    }
    probabilities_.push_back(share(source, rule));
    sum += probabilities_.back();
  }
  if (sum <= 0.0) {
    throw InputError("mixture: all weights are 0 (expected one above). Raise one.");
  }
  for (double& p : probabilities_) p /= sum;
}

int64_t Mixture::pick(double uniform) const {
  int64_t last = 0;  // of those that can be drawn: the sum may end a rounding below 1
  for (int64_t i = 0; i < std::ssize(probabilities_); ++i) {
    if (probabilities_[i] <= 0.0) continue;
    last = i;
    if (uniform < probabilities_[i]) return i;
    uniform -= probabilities_[i];
  }
  return last;
}

}  // namespace lion::data
