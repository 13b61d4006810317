#include "lion/metrics/statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "lion/base/error.h"
#include "lion/base/random.h"

namespace lion {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <typename Function>
std::string input_error(Function&& function) {
  try {
    function();
  } catch (const InputError& e) {
    return e.what();
  }
  ADD_FAILURE() << "no InputError";
  return {};
}

double mean_of_units(std::span<const double> values, std::span<const int64_t> units) {
  double sum = 0;
  for (const int64_t unit : units) sum += values[static_cast<size_t>(unit)];
  return sum / static_cast<double>(units.size());
}

/// `both` units right in both runs, then `only_a`, then `only_b`.
PairedTest compare_counts(int64_t both, int64_t only_a, int64_t only_b) {
  std::vector<double> a, b;
  const auto add = [&](int64_t count, double in_a, double in_b) {
    a.insert(a.end(), static_cast<size_t>(count), in_a);
    b.insert(b.end(), static_cast<size_t>(count), in_b);
  };
  add(both, 1, 1);
  add(only_a, 1, 0);
  add(only_b, 0, 1);
  return compare_paired(a, b);
}

TEST(Bootstrap, DrawsEveryUnitWithRepetition) {
  std::vector<int64_t> drawn(5);
  int64_t repeated = 0;
  const Interval interval = bootstrap(
      5,
      [&](std::span<const int64_t> units) {
        EXPECT_EQ(units.size(), 5u);
        std::vector<int64_t> times(5);
        for (const int64_t unit : units) {
          ++drawn.at(static_cast<size_t>(unit));
          repeated += ++times.at(static_cast<size_t>(unit)) == 2;
        }
        return 0.25;
      },
      2000);
  EXPECT_EQ(interval.low, 0.25);
  EXPECT_EQ(interval.high, 0.25);
  for (const int64_t count : drawn) EXPECT_NEAR(static_cast<double>(count), 2000, 160);
  EXPECT_GT(repeated, 1000);
}

TEST(Bootstrap, PercentilesOfTheFigures) {
  // The figures are 0, 1, ..., 100 whatever is drawn: the percentiles are the numbers themselves.
  double next = 100;
  const auto count_down = [&](std::span<const int64_t>) { return next--; };
  const Interval ninety = bootstrap(3, count_down, 101, 0.9);
  EXPECT_NEAR(ninety.low, 5, 1e-9);
  EXPECT_NEAR(ninety.high, 95, 1e-9);
  next = 3;  // 0, 1, 2, 3: a quarter of the way from the first to the last is 0.75
  const Interval half = bootstrap(3, count_down, 4, 0.5);
  EXPECT_NEAR(half.low, 0.75, 1e-12);
  EXPECT_NEAR(half.high, 2.25, 1e-12);
}

TEST(Bootstrap, MeanIsTheFigureMean) {
  Random random(3);
  std::vector<double> values(257);
  for (double& value : values) value = random.uniform();
  for (const uint64_t seed : {0u, 1u, 99u}) {
    const Interval fast = bootstrap_mean(values, 300, 0.9, seed);
    const Interval slow = bootstrap(
        257, [&](std::span<const int64_t> units) { return mean_of_units(values, units); }, 300, 0.9,
        seed);
    EXPECT_EQ(fast.low, slow.low);
    EXPECT_EQ(fast.high, slow.high);
    EXPECT_LT(fast.low, fast.high);
  }
}

TEST(Bootstrap, SeedDecides) {
  const std::vector<double> values = {0, 1, 1, 0, 0.3, 0.9, 0.6, 1, 0, 0.3, 0.25, 0.7};
  const Interval first = bootstrap_mean(values, 200, 0.95, 7);
  const Interval again = bootstrap_mean(values, 200, 0.95, 7);
  const Interval other = bootstrap_mean(values, 200, 0.95, 8);
  EXPECT_EQ(first.low, again.low);
  EXPECT_EQ(first.high, again.high);
  EXPECT_TRUE(first.low != other.low || first.high != other.high);
}

TEST(Bootstrap, AsWideAsTheNormalApproximation) {
  // 400 of 1000 right: 0.4 +- 1.96 * sqrt(0.4 * 0.6 / 1000) = 0.4 +- 0.0304.
  std::vector<double> values(1000);
  std::fill_n(values.begin(), 400, 1.0);
  const Interval interval = bootstrap_mean(values, 2000);
  EXPECT_NEAR(interval.low, 0.3696, 0.003);
  EXPECT_NEAR(interval.high, 0.4304, 0.003);
  const Interval narrow = bootstrap_mean(values, 2000, 0.5);
  EXPECT_NEAR(narrow.high - narrow.low, 2 * 0.6745 * std::sqrt(0.24 / 1000), 0.002);
}

TEST(Bootstrap, CoversTheTruthAboutAsOftenAsItSays) {
  Random random(11);
  int64_t covered = 0;
  constexpr int64_t kTrials = 400;
  for (int64_t trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values(80);
    for (double& value : values) value = random.uniform();
    const Interval interval = bootstrap_mean(values, 200, 0.9, static_cast<uint64_t>(trial));
    covered += interval.low <= 0.5 && 0.5 <= interval.high;
  }
  // 0.9 +- four standard errors of a share of 400 trials.
  EXPECT_NEAR(static_cast<double>(covered) / kTrials, 0.9, 0.06);
}

TEST(Bootstrap, OneUnit) {
  const Interval interval = bootstrap_mean(std::vector<double>{0.4}, 10);
  EXPECT_EQ(interval.low, 0.4);
  EXPECT_EQ(interval.high, 0.4);
}

TEST(Bootstrap, BadArguments) {
  const std::vector<double> values = {1, 0};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(input_error([&] { bootstrap_mean({}); }),
              AllOf(HasSubstr("bootstrap: there is nothing to draw from"), HasSubstr("got 0"),
                    HasSubstr("Answer some items first.")));
  EXPECT_THAT(input_error([&] { bootstrap(-2, [](auto) { return 0.0; }); }), HasSubstr("got -2"));
  EXPECT_THAT(input_error([&] { bootstrap_mean(values, 0); }),
              AllOf(HasSubstr("got 0 resamples"), HasSubstr("Use 1000 or more.")));
  for (const double confidence : {0.0, 1.0, -0.5, 95.0, nan}) {
    EXPECT_THAT(input_error([&] { bootstrap_mean(values, 10, confidence); }),
                AllOf(HasSubstr("got a confidence of "), HasSubstr("Use 0.95.")));
  }
  EXPECT_THAT(input_error([&] { bootstrap_mean(std::vector<double>{nan}, 10); }),
              HasSubstr("figure is not finite"));
}

TEST(ComparePaired, McNemarByHand) {
  // 2 * (C(10,0) + C(10,1) + C(10,2)) / 2^10 = 2 * 56 / 1024
  EXPECT_NEAR(compare_counts(5, 2, 8).p_value, 112.0 / 1024, 1e-14);
  EXPECT_NEAR(compare_counts(0, 8, 2).p_value, 112.0 / 1024, 1e-14);
  // 2 * C(6,0) / 2^6
  EXPECT_NEAR(compare_counts(100, 0, 6).p_value, 1.0 / 32, 1e-15);
  EXPECT_NEAR(compare_counts(3, 1, 0).p_value, 1, 1e-15);
  EXPECT_EQ(compare_counts(3, 4, 4).p_value, 1);
  EXPECT_EQ(compare_counts(3, 0, 0).p_value, 1);
  // 2 * (C(7,0) + C(7,1) + C(7,2) + C(7,3)) / 2^7 = 1: half of all.
  EXPECT_NEAR(compare_counts(0, 3, 4).p_value, 1, 1e-14);
  EXPECT_EQ(compare_counts(5, 2, 8).test, "McNemar, exact");
}

TEST(ComparePaired, McNemarOfManyUnits) {
  // Beyond 2^1024. By the normal distribution with continuity correction: z = (|b - c| - 1) /
  // sqrt(b + c) = 199 / sqrt(10200), p = erfc(z / sqrt 2); the two agree within 1e-3 of p here.
  const double z = 199 / std::sqrt(10200.0);
  const double expected = std::erfc(z / std::sqrt(2.0));
  EXPECT_NEAR(compare_counts(10, 5000, 5200).p_value, expected, 1e-3 * expected);
  const double tiny = compare_counts(0, 0, 1000).p_value;  // 2^-999
  EXPECT_NEAR(std::log2(tiny), -999, 1e-9);
}

TEST(ComparePaired, MeansAndMovedUnits) {
  const std::vector<double> a = {0.5, 0.5, 0.5, 0.5, 1.0};
  const std::vector<double> b = {0.6, 0.9, 0.5, 0.3, 0.0};
  const PairedTest test = compare_paired(a, b);
  EXPECT_EQ(test.n, 5);
  EXPECT_NEAR(test.mean_a, 0.6, 1e-12);
  EXPECT_NEAR(test.mean_b, 0.46, 1e-12);
  EXPECT_NEAR(test.difference, -0.14, 1e-12);
  EXPECT_LE(test.interval.low, -0.14);
  EXPECT_GE(test.interval.high, -0.14);
  EXPECT_THAT(test.better, ElementsAre(1, 0));
  EXPECT_THAT(test.worse, ElementsAre(4, 3));
  EXPECT_EQ(test.test, "paired permutation");
}

TEST(ComparePaired, EqualMovesKeepTheOrderOfUnits) {
  const std::vector<double> a = {0, 1, 0, 1, 0};
  const std::vector<double> b = {1, 0, 1, 0, 0};
  const PairedTest test = compare_paired(a, b);
  EXPECT_THAT(test.better, ElementsAre(0, 2));
  EXPECT_THAT(test.worse, ElementsAre(1, 3));
}

TEST(ComparePaired, PermutationNearsTheExactShare) {
  // Five equal steps up: of 32 sign patterns two are as far from 0, so p is 1/16.
  const std::vector<double> low = {0.1, 0.2, 0.3, 0.4, 0.5};
  const std::vector<double> high = {0.2, 0.3, 0.4, 0.5, 0.6};
  const PairedTest test = compare_paired(low, high);
  EXPECT_EQ(test.test, "paired permutation");
  EXPECT_NEAR(test.p_value, 1.0 / 16, 0.01);
  EXPECT_NEAR(compare_paired(high, low).p_value, 1.0 / 16, 0.01);
  // Steps of 1, 2 and 3 tenths, the last one down: |sum| is 0, which every pattern reaches.
  EXPECT_EQ(compare_paired(std::vector{0.0, 0.0, 0.3}, std::vector{0.1, 0.2, 0.0}).p_value, 1);
}

TEST(ComparePaired, PermutationIsNeverZeroAndSeeded) {
  std::vector<double> a(300), b(300);
  Random random(5);
  for (size_t i = 0; i < a.size(); ++i) {
    a[i] = random.uniform() * 0.1;
    b[i] = a[i] + 0.5;
  }
  EXPECT_NEAR(compare_paired(a, b).p_value, 1.0 / 10001, 1e-15);
  for (size_t i = 0; i < a.size(); ++i) b[i] = a[i] + (random.uniform() - 0.45) * 0.1;
  const PairedTest first = compare_paired(a, b, 4);
  const PairedTest again = compare_paired(a, b, 4);
  EXPECT_EQ(first.p_value, again.p_value);
  EXPECT_EQ(first.interval.low, again.interval.low);
  EXPECT_GT(first.p_value, 1.0 / 10001);
  EXPECT_NE(first.p_value, compare_paired(a, b, 5).p_value);
}

TEST(ComparePaired, SameRunTwice) {
  const std::vector<double> values = {0.3, 0.6, 1, 0};
  const PairedTest test = compare_paired(values, values);
  EXPECT_EQ(test.p_value, 1);
  EXPECT_EQ(test.difference, 0);
  EXPECT_EQ(test.interval.low, 0);
  EXPECT_EQ(test.interval.high, 0);
  EXPECT_THAT(test.better, IsEmpty());
  EXPECT_THAT(test.worse, IsEmpty());
}

TEST(ComparePaired, FalseAlarmsAreAsRareAsPromised) {
  // Both runs from one distribution: p below 0.1 in about a tenth of the trials.
  Random random(21);
  int64_t alarms = 0;
  constexpr int64_t kTrials = 200;
  for (int64_t trial = 0; trial < kTrials; ++trial) {
    std::vector<double> a(30), b(30);
    for (double& value : a) value = random.uniform();
    for (double& value : b) value = random.uniform();
    alarms += compare_paired(a, b, static_cast<uint64_t>(trial)).p_value < 0.1;
  }
  EXPECT_NEAR(static_cast<double>(alarms) / kTrials, 0.1, 0.085);  // four standard errors
  EXPECT_GT(alarms, 0);
}

TEST(ComparePaired, BadArguments) {
  const std::vector<double> one = {1}, two = {1, 0}, none;
  EXPECT_THAT(input_error([&] { compare_paired(one, two); }),
              AllOf(HasSubstr("paired test: got 1 and 2 values"),
                    HasSubstr("Compare the items that both runs answered.")));
  EXPECT_THAT(input_error([&] { compare_paired(none, none); }), HasSubstr("got 0 and 0 values"));
  const std::vector<double> nan = {1, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THAT(input_error([&] { compare_paired(two, nan); }),
              AllOf(HasSubstr("unit 1 is not finite"), HasSubstr("Leave the unit out")));
}

}  // namespace
}  // namespace lion
