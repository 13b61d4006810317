#pragma once
/// Where the weights of a run come from: a model folder, files merged over it, and initial values.

#include <filesystem>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lion/checkpoint/load.h"

namespace lion::train {

/// A checkpoint that is merged over the model folder: .safetensors, .pth, or a folder of shards.
struct InitFile {
  std::filesystem::path file;
  /// Text -> text, replaced in order wherever it stands in a name of the file.
  std::vector<std::pair<std::string, std::string>> rename;
  /// Patterns (freeze_map.h) of our names to take; empty: all that the model has.
  std::vector<std::string> only;
};

struct InitialWeights {
  std::filesystem::path model;  ///< folder with config.json; its weights may be a part only
  std::vector<std::string> reinitialize;  ///< patterns of parameters that are re-initialised
  std::vector<std::string> zero;          ///< patterns of those that start at zero
  std::vector<InitFile> files;            ///< merged over both, later ones over earlier ones
  uint64_t seed = 0;
};

struct LoadedWeights {
  std::vector<std::string> report;  ///< a line for people about each source
  std::set<std::string> of_folder;  ///< names whose value is the model folder's
};

/// Fills all parameters, each in its own type, on `device`. Throws InputError for a pattern that
/// matches nothing, a file of which nothing was taken or a misshapen tensor; ResourceError that
/// lists every parameter that no source supplies.
LoadedWeights load_initial_weights(const ParameterMap& parameters, const InitialWeights& sources,
                                   at::Device device);

/// The value that a parameter of LION has before any training, from its name and shape:
/// docs/architecture.md. The same for the same seed and name. On the CPU, float32.
at::Tensor initial_value(const std::string& name, at::IntArrayRef shape, uint64_t seed);

}  // namespace lion::train
