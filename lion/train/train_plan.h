#pragma once
/// What a run will take, before anything large is allocated.

#include <string>

#include "lion/base/json.h"
#include "lion/train/trained_model.h"

namespace lion::train {

/// Of one process; bytes, operations and seconds.
struct TrainPlan {
  int64_t trained = 0;  ///< parameters
  int64_t frozen = 0;
  uint64_t frozen_bytes = 0;
  uint64_t trained_bytes = 0;     ///< float32 masters, gradients and up to two moments
  uint64_t activation_bytes = 0;  ///< of one micro-batch at full text lengths
  uint64_t runtime_bytes = 0;     ///< LibTorch, code, prefetched batches
  uint64_t available_bytes = 0;
  double step_flops = 0;        ///< of one step on this process
  double flops_per_second = 0;  ///< of a large matrix product here, measured now
  double step_seconds = 0;      ///< estimate: at two thirds of that speed
  double run_seconds = 0;

  uint64_t total_bytes() const {
    return frozen_bytes + trained_bytes + activation_bytes + runtime_bytes;
  }
  bool fits() const { return total_bytes() <= available_bytes; }
  std::string text() const;
  Json to_json() const;
};

/// Reads the model's config only, and times a matrix product (a second).
TrainPlan plan_training(const TrainConfig& config, const TrainedModel& model, int64_t world,
                        at::Device device);

}  // namespace lion::train
