#pragma once
/// The state of a run in one safetensors file: trained parameters, the optimizer's moments, and
/// where data and randomness stand (they follow from seed and step). docs/training.md lists what is
/// in it.

#include <filesystem>
#include <vector>

#include "lion/base/json.h"
#include "lion/checkpoint/load.h"
#include "lion/data/sampler.h"
#include "lion/train/optimizer.h"
#include "lion/train/process_group.h"

namespace lion::train {

/// All of a run's state that is no tensor.
struct TrainState {
  int64_t step = 0;             ///< steps that are done
  data::SamplerState sampler;   ///< where the next step draws from
  Json datasets;                ///< name -> records, to notice files that have changed
  Json metrics;                 ///< sums since the last line of the log
  double best_validation = -1;  ///< lowest so far; -1: none yet
  Json config;                  ///< the settings of the run
};

/// The file of step `step` in the folder of checkpoints.
std::filesystem::path checkpoint_path(const std::filesystem::path& folder, int64_t step);

/// The step of a checkpoint's file by its name, -1 where it is none.
int64_t checkpoint_step(const std::filesystem::path& file);

/// Written beside, synced and renamed. Throws ResourceError.
void save_checkpoint(const std::filesystem::path& file, const ParameterMap& trained,
                     const Optimizer& optimizer, const TrainState& state);

/// Fills `trained` and the optimizer. Throws ResourceError when the file is broken or of another
/// model, InputError when its state is none of ours.
TrainState load_checkpoint(const std::filesystem::path& file, const ParameterMap& trained,
                           Optimizer& optimizer);

/// Gives all ranks what rank 0 has: `trained`, the optimizer and the state.
void share_checkpoint(ProcessGroup& group, const ParameterMap& trained, Optimizer& optimizer,
                      TrainState& state);

/// The checkpoints of a folder, by step, oldest first.
std::vector<std::filesystem::path> list_checkpoints(const std::filesystem::path& folder);

/// Removes all but the last `keep`.
void prune_checkpoints(const std::filesystem::path& folder, int64_t keep);

}  // namespace lion::train
