#include "lion/metrics/statistics.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "lion/base/error.h"
#include "lion/base/random.h"

namespace lion {
namespace {

constexpr int64_t kFlips = 10'000;

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The value below which `part` of the ascending `values` lies, between neighbours on a straight
/// line: numpy.percentile's default.
double quantile(std::span<const double> values, double part) {
  const double place = part * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

void check_bootstrap(int64_t n, int64_t resamples, double confidence) {
  if (n < 1) {
    throw InputError(str("bootstrap: there is nothing to draw from (got ", n,
                         " units, expected at least 1). Answer some items first."));
  }
  if (resamples < 1) {
    throw InputError(
        str("bootstrap: got ", resamples, " resamples, expected at least 1. Use 1000 or more."));
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw InputError(str("bootstrap: got a confidence of ", confidence,
                         ", expected a number between 0 and 1. Use 0.95."));
  }
}

/// Units right in one run only.
struct Discordant {
  int64_t only_a = 0;
  int64_t only_b = 0;
};

/// Exact two-sided McNemar: twice the binomial(n, 1/2) tail up to the smaller count.
double mcnemar_p(const Discordant& counts) {
  const int64_t n = counts.only_a + counts.only_b;
  const int64_t least = std::min(counts.only_a, counts.only_b);
  if (counts.only_a == counts.only_b) return 1.0;
  // The largest term of the tail as a logarithm, for 2^n is no double when n is some thousands;
  // the other terms relative to it.
  double log_largest = -static_cast<double>(n) * std::numbers::ln2;
  for (int64_t i = 1; i <= least; ++i) {
    log_largest += std::log(static_cast<double>(n - least + i) / static_cast<double>(i));
  }
  double terms = 0, term = 1;
  for (int64_t i = least; i >= 0 && term > 0; --i) {
    terms += term;
    term *= static_cast<double>(i) / static_cast<double>(n - i + 1);
  }
  return std::min(1.0, 2 * std::exp(log_largest) * terms);
}

/// The sum of `values`, each with a random sign.
double flipped_sum(std::span<const double> values, Random& random) {
  double sum = 0;
  for (size_t i = 0; i < values.size(); i += 64) {
    uint64_t bits = random.next();
    for (size_t j = i; j < std::min(i + 64, values.size()); ++j, bits >>= 1) {
      sum += values[j] * (1.0 - 2.0 * static_cast<double>(bits & 1));
    }
  }
  return sum;
}

/// Share of sign flips whose mean is at least as far from 0; the data as they are count as one of
/// them, so that p is never 0 (Phipson and Smyth 2010).
double permutation_p(std::span<const double> differences, uint64_t seed) {
  std::vector<double> moved;  // what is 0 has no sign
  double size = 0;
  for (const double d : differences) {
    if (d != 0) moved.push_back(d);
    size += std::abs(d);
  }
  if (moved.empty()) return 1.0;
  const double rounding = 1e-12 * size;
  const double observed = std::abs(std::accumulate(moved.begin(), moved.end(), 0.0)) - rounding;
  Random random(seed);
  int64_t extreme = 1;
  for (int64_t i = 0; i < kFlips; ++i) extreme += std::abs(flipped_sum(moved, random)) >= observed;
  return static_cast<double>(extreme) / static_cast<double>(kFlips + 1);
}

bool all_binary(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return v == 0 || v == 1; });
}

void check_pairs(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size() || a.empty()) {
    throw InputError(str("paired test: got ", a.size(), " and ", b.size(),
                         " values, expected as many of both runs and at least 1. Compare the items "
                         "that both runs answered."));
  }
  for (size_t i = 0; i < a.size(); ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) {
      throw InputError(str("paired test: a value of unit ", i, " is not finite (got ", a[i],
                           " and ", b[i], "). Leave the unit out of both runs."));
    }
  }
}

/// Units where `sign` times the difference is above 0, the largest first.
std::vector<int64_t> moved_units(std::span<const double> differences, double sign) {
  std::vector<int64_t> units;
  for (size_t i = 0; i < differences.size(); ++i) {
    if (sign * differences[i] > 0) units.push_back(static_cast<int64_t>(i));
  }
  std::stable_sort(units.begin(), units.end(), [&](int64_t x, int64_t y) {
    return std::abs(differences[static_cast<size_t>(x)]) >
           std::abs(differences[static_cast<size_t>(y)]);
  });
  return units;
}

}  // namespace

Interval bootstrap(int64_t n, const std::function<double(std::span<const int64_t>)>& figure,
                   int64_t resamples, double confidence, uint64_t seed) {
  check_bootstrap(n, resamples, confidence);
  Random random(seed);
  std::vector<int64_t> drawn(static_cast<size_t>(n));
  std::vector<double> figures;
  figures.reserve(static_cast<size_t>(resamples));
  for (int64_t i = 0; i < resamples; ++i) {
    for (int64_t& unit : drawn) {
      unit = static_cast<int64_t>(random.below(static_cast<uint64_t>(n)));
    }
    figures.push_back(figure(drawn));
    if (!std::isfinite(figures.back())) {
      throw InputError(str("bootstrap: a resample's figure is not finite (got ", figures.back(),
                           "). Leave out the units whose value is none."));
    }
  }
  std::sort(figures.begin(), figures.end());
  return {quantile(figures, (1 - confidence) / 2), quantile(figures, (1 + confidence) / 2)};
}

Interval bootstrap_mean(std::span<const double> values, int64_t resamples, double confidence,
                        uint64_t seed) {
  const auto mean = [values](std::span<const int64_t> units) {
    double sum = 0;
    for (const int64_t unit : units) sum += values[static_cast<size_t>(unit)];
    return sum / static_cast<double>(units.size());
  };
  return bootstrap(static_cast<int64_t>(values.size()), mean, resamples, confidence, seed);
}

PairedTest compare_paired(std::span<const double> a, std::span<const double> b, uint64_t seed) {
  check_pairs(a, b);
  std::vector<double> differences(a.size());
  Discordant discordant;
  for (size_t i = 0; i < a.size(); ++i) {
    differences[i] = b[i] - a[i];
    discordant.only_a += a[i] > b[i];
    discordant.only_b += b[i] > a[i];
  }
  PairedTest out{.n = static_cast<int64_t>(a.size()), .mean_a = mean_of(a), .mean_b = mean_of(b)};
  out.difference = out.mean_b - out.mean_a;
  out.interval = bootstrap_mean(differences, 1000, 0.95, seed);
  const bool binary = all_binary(a) && all_binary(b);
  out.test = binary ? "McNemar, exact" : "paired permutation";
  out.p_value = binary ? mcnemar_p(discordant) : permutation_p(differences, seed);
  out.better = moved_units(differences, 1);
  out.worse = moved_units(differences, -1);
  return out;
}

}  // namespace lion
