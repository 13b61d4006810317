#include "lion/train/schedule.h"

#include <gtest/gtest.h>

#include "lion/base/error.h"

namespace lion::train {
namespace {

Schedule stage(double peak, double floor, int64_t steps, Decay decay) {
  Schedule schedule;
  schedule.decay = decay;
  schedule.peak = peak;
  schedule.floor = floor;
  schedule.steps = steps;
  return schedule;
}

// Figures worked out by hand from LAVIS's linear_warmup_cosine_lr for LION's stages 1 and 2.
TEST(Schedule, EpochwiseIsThatOfLavis) {
  const Schedule one = stage(1e-5, 0, 30000, Decay::kEpoch);
  EXPECT_DOUBLE_EQ(one.rate(0), 1e-8);
  EXPECT_DOUBLE_EQ(one.rate(1), 1.9990000000000002e-08);
  EXPECT_DOUBLE_EQ(one.rate(500), 5.005e-06);
  EXPECT_DOUBLE_EQ(one.rate(1000), 1e-5);
  EXPECT_DOUBLE_EQ(one.rate(2999), 1e-5);
  EXPECT_NEAR(one.rate(3000), 9.755282581475769e-06, 1e-18);
  EXPECT_DOUBLE_EQ(one.rate(3001), one.rate(3000));
  EXPECT_NEAR(one.rate(15000), 5e-06, 1e-18);
  EXPECT_NEAR(one.rate(29999), 2.447174185242324e-07, 1e-18);

  const Schedule two = stage(5e-4, 1e-6, 60000, Decay::kEpoch);
  EXPECT_NEAR(two.rate(999), 0.00049950001, 1e-15);
  EXPECT_NEAR(two.rate(6000), 0.00048778860081564085, 1e-15);
  EXPECT_NEAR(two.rate(54000), 1.3211399184359193e-05, 1e-16);
}

TEST(Schedule, StepwiseIsTheSameCurveByStep) {
  const Schedule one = stage(1e-5, 0, 30000, Decay::kStep);
  EXPECT_NEAR(one.rate(999), 9.990010000000002e-06, 1e-18);
  EXPECT_NEAR(one.rate(1000), 9.972609476841368e-06, 1e-18);
  EXPECT_NEAR(one.rate(3001), 9.755120754482416e-06, 1e-18);
  EXPECT_NEAR(one.rate(29999), 2.7415567593891413e-14, 1e-20);
}

TEST(Schedule, CosineBeginsAtTheEndOfTheWarmUpAndConstantStays) {
  Schedule cosine = stage(2e-3, 0, 5, Decay::kCosine);
  cosine.warmup = 2;
  EXPECT_DOUBLE_EQ(cosine.rate(2), 2e-3);
  EXPECT_NEAR(cosine.rate(3), 1.5e-3, 1e-12);
  EXPECT_NEAR(cosine.rate(5), 0, 1e-12);
  Schedule constant = stage(1e-5, 0, 100, Decay::kConstant);
  constant.warmup = 10;
  EXPECT_LT(constant.rate(9), 1e-5);
  EXPECT_DOUBLE_EQ(constant.rate(10), 1e-5);
  EXPECT_DOUBLE_EQ(constant.rate(99), 1e-5);
}

TEST(Schedule, NoWarmUpBeginsAtThePeak) {
  Schedule schedule = stage(1e-3, 0, 100, Decay::kStep);
  schedule.warmup = 0;
  EXPECT_DOUBLE_EQ(schedule.rate(0), 1e-3);
}

TEST(Schedule, ReadingChecks) {
  const auto read = [](const char* text) {
    JsonReader reader(parse_json(text, "test"), "test");
    return read_schedule(reader, {});
  };
  EXPECT_EQ(read(R"({"decay": "step", "lr": 0.5})").decay, Decay::kStep);
  EXPECT_THROW(read(R"({"decay": "stairs"})"), InputError);
  EXPECT_THROW(read(R"({"lr": -1})"), InputError);
  EXPECT_THROW(read(R"({"epochs": 0})"), InputError);
}

}  // namespace
}  // namespace lion::train
