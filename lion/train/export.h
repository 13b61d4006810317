#pragma once
/// What a run leaves behind for others: the trained part alone, and a whole model folder.

#include <filesystem>

#include "lion/train/trained_model.h"

namespace lion::train {

/// Writes `folder`/trained.safetensors and `folder`/trained.pth: the trained parameters under the
/// names of the released files, float32.
void export_trained(const std::filesystem::path& folder, const TrainedModel& model);

/// Writes a model folder that `lion caption --model` reads: all of LION's parameters, the tagger
/// and the tokenizers of the folder that the run began with. Frozen weights keep the type they are
/// stored in there; trained matrices are stored in the precision of the run. Replaces an older one.
void export_model(const std::filesystem::path& folder, const TrainConfig& config,
                  const TrainedModel& model);

}  // namespace lion::train
