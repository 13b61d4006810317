#pragma once
/// Training: one loop for all stages. What differs between stages are settings.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "lion/base/log.h"
#include "lion/train/process_group.h"
#include "lion/train/train_config.h"

namespace lion::train {

/// What a caller may watch and steer.
struct TrainHooks {
  ProgressSink progress;                         ///< a line a step: loss, samples/s
  std::function<bool()> stop_requested;          ///< asked after each step: save and return
  std::function<void(const std::string&)> note;  ///< the freeze table, sources of weights, saves
};

struct TrainReport {
  int64_t steps = 0;      ///< steps that are done, those of earlier runs included
  bool finished = false;  ///< false: stopped on request, with a checkpoint
  /// Mean over the target tokens since the last line of the log; none when no step was left to do.
  std::optional<double> loss;
  double best_validation = -1;
  int64_t skipped = 0;               ///< broken samples that were replaced
  std::filesystem::path checkpoint;  ///< of the last step
  std::filesystem::path model;       ///< the exported folder, empty when there is none
};

/// Whether a run may go on from checkpoints that lie in its folder.
enum class Resume { kNo, kIfThere };

/// Trains to the end or until asked to stop. `out` gets checkpoints/, log.jsonl, TensorBoard
/// events, loss.svg, and at the end export/ and model/. Throws InputError when `out` has a run
/// already and `resume` is kNo, when a loss or gradient is not finite (naming the first module), or
/// for settings and data that are wrong; ResourceError for files, and when another rank is lost.
TrainReport train(const TrainConfig& config, const Place& place, at::Device device, Resume resume,
                  const TrainHooks& hooks = {});

}  // namespace lion::train
