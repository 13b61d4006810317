/// The learning rates among the worked examples of tests/metrics/metric_cases.h.

#include "lion/train/schedule.h"
#include "tests/metrics/metric_cases.h"

namespace lion::train {
namespace {

using metric_cases::number;

Schedule schedule_of(const Json& stage, Decay decay) {
  Schedule schedule;
  schedule.decay = decay;
  schedule.peak = number(stage.at("init_lr"));
  schedule.floor = number(stage.at("min_lr"));
  schedule.start = number(stage.at("warmup_start_lr"));
  schedule.warmup = stage.at("warmup_steps").get<int64_t>();
  schedule.epochs = stage.at("epochs").get<int64_t>();
  schedule.steps = schedule.epochs * stage.at("iters_per_epoch").get<int64_t>();
  return schedule;
}

TEST(MetricCases, LearningRate) {
  LION_CASES_OF("learning_rate");
  for (const auto& [name, stage] : cases.items()) {
    const double tolerance = metric_cases::kTolerance * number(stage.at("init_lr"));
    const Schedule epochwise = schedule_of(stage, Decay::kEpoch);
    const Schedule stepwise = schedule_of(stage, Decay::kStep);
    for (const Json& point : stage.at("points")) {
      const auto step = point.at("step").get<int64_t>();
      EXPECT_NEAR(epochwise.rate(step), number(point.at("lr_epochwise")), tolerance)
          << name << ", step " << step;
      EXPECT_NEAR(stepwise.rate(step), number(point.at("lr_stepwise")), tolerance)
          << name << ", step " << step;
    }
  }
}

}  // namespace
}  // namespace lion::train
