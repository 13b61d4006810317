#pragma once
/// Training: one loop for all stages. What differs between stages are settings.

#include "lion/train/process_group.h"
#include "lion/train/run.h"
#include "lion/train/train_config.h"

namespace lion::train {

/// Trains to the end or until asked to stop. `out` gets checkpoints/, log.jsonl, TensorBoard
/// events, loss.svg, and at the end export/ and model/. Throws InputError when `out` has a run
/// already and `resume` is kNo, when a loss or gradient is not finite (naming the first module), or
/// for settings and data that are wrong; ResourceError for files, and when another rank is lost.
TrainReport train(const TrainConfig& config, const DistributedContext& context, at::Device device,
                  Resume resume, const TrainHooks& hooks = {});

}  // namespace lion::train
