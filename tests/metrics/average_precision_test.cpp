#include "lion/metrics/average_precision.h"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <limits>

#include "lion/base/error.h"
#include "lion/base/json.h"

namespace lion {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// From probabilities; each image once.
AveragePrecision ranked(const std::vector<double>& probabilities, const std::vector<bool>& holds) {
  std::vector<double> losses;
  for (const double p : probabilities) losses.push_back(-std::log(p));
  return AveragePrecision(losses, holds);
}

double average_precision(const std::vector<double>& probabilities, const std::vector<bool>& holds) {
  const std::vector<uint32_t> once(holds.size(), 1);
  return ranked(probabilities, holds).of(once).value();
}

TEST(AveragePrecision, TheExampleOfScikitLearn) {
  EXPECT_NEAR(average_precision({0.1, 0.4, 0.35, 0.8}, {false, false, true, true}),
              (1.0 + 2.0 / 3) / 2, 1e-12);
}

TEST(AveragePrecision, EqualProbabilitiesAreOneThreshold) {
  // 0.9: 1 of 1; 0.5: 2 of 4; 0.1: 3 of 5. Each finds a third.
  EXPECT_NEAR(average_precision({0.9, 0.5, 0.5, 0.5, 0.1}, {true, false, true, false, true}),
              (1.0 + 2.0 / 4 + 3.0 / 5) / 3, 1e-12);
  // 0.7: 2 of 3, both at once; 0.2: 3 of 5.
  EXPECT_NEAR(average_precision({0.7, 0.2, 0.7, 0.7, 0.2}, {true, true, true, false, false}),
              2.0 / 3 * 2.0 / 3 + 1.0 / 3 * 3.0 / 5, 1e-12);
  EXPECT_NEAR(average_precision({0.5, 0.5, 0.5, 0.5}, {true, false, false, false}), 0.25, 1e-12);
}

TEST(AveragePrecision, IsScikitLearns) {
  const Json cases = read_json_file(std::filesystem::path(LION_SOURCE_DIR) /
                                    "tests/fixtures/eval/average_precision.json");
  for (const Json& one : cases) {
    std::vector<bool> holds;
    for (const Json& number : one["holds"]) holds.push_back(number.get<int>() == 1);
    const auto probabilities = one["probabilities"].get<std::vector<double>>();
    EXPECT_NEAR(average_precision(probabilities, holds), one["average_precision"].get<double>(),
                1e-12)
        << one;
  }
}

TEST(AveragePrecision, PerfectAndWorst) {
  EXPECT_EQ(average_precision({0.9, 0.8, 0.1}, {true, true, false}), 1.0);
  EXPECT_NEAR(average_precision({0.9, 0.8, 0.1}, {false, false, true}), 1.0 / 3, 1e-12);
}

TEST(AveragePrecision, CountsAreCopiesOfImages) {
  const std::vector<double> probabilities = {0.9, 0.6, 0.4, 0.3};
  const std::vector<bool> holds = {false, true, false, true};
  const std::vector<uint32_t> counts = {1, 2, 0, 1};
  EXPECT_NEAR(ranked(probabilities, holds).of(counts).value(),
              average_precision({0.9, 0.6, 0.6, 0.3}, {false, true, true, true}), 1e-12);
}

TEST(AveragePrecision, NothingWhereNoImageHoldsIt) {
  const std::vector<double> probabilities = {0.9, 0.6};
  const std::vector<uint32_t> first = {1, 0}, both = {1, 1};
  EXPECT_FALSE(ranked(probabilities, {false, false}).of(both));
  EXPECT_FALSE(ranked(probabilities, {false, true}).of(first));
}

TEST(AveragePrecision, WhatIsNoNumberComesLastWithTheInfinite) {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> losses = {std::nan(""), 3.0, inf};
  const std::vector<uint32_t> once = {1, 1, 1};
  EXPECT_NEAR(AveragePrecision(losses, {true, false, false}).of(once).value(), 1.0 / 3, 1e-12);
  EXPECT_NEAR(AveragePrecision(losses, {true, false, true}).of(once).value(), 2.0 / 3, 1e-12);
}

TEST(AveragePrecision, TheMeanIsOverObjectsThatArePresent) {
  const std::vector<double> probabilities = {0.9, 0.6};
  const std::vector<uint32_t> once = {1, 1};
  const std::vector<AveragePrecision> objects = {ranked(probabilities, {true, false}),
                                                 ranked(probabilities, {false, false}),
                                                 ranked(probabilities, {false, true})};
  EXPECT_NEAR(mean_average_precision(objects, once), (1.0 + 0.5) / 2, 1e-12);
  EXPECT_EQ(mean_average_precision({}, once), 0.0);
}

TEST(AveragePrecision, SizesThatDifferAreAnError) {
  const std::vector<double> losses = {1.0, 2.0};
  EXPECT_THAT(
      ([&] { AveragePrecision(losses, {true}); }),
      ThrowsMessage<InputError>(AllOf(HasSubstr("average precision: got 2 losses for 1 images"),
                                      HasSubstr("Give a loss for every image"))));
}

}  // namespace
}  // namespace lion
