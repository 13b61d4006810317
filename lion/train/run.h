#pragma once
/// A run from its settings file: what a program needs to train, without torch's headers.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lion/base/json.h"
#include "lion/base/log.h"
#include "lion/data/data_config.h"
#include "lion/text/word_vocabulary.h"
#include "lion/train/first_weights.h"

namespace lion::train {

/// A settings file and what is changed of it: "a.b=c" each.
struct Settings {
  std::filesystem::path file;
  std::vector<std::string> changes;
  data::GeneratedDataReader read_scenes = {};  ///< of data of "format": "scenes"; none: an error
};

/// What a caller may watch and steer.
struct TrainHooks {
  ProgressSink progress;                         ///< a line a step: loss, samples/s
  std::function<bool()> stop_requested;          ///< asked after each step: save and return
  std::function<void(const std::string&)> note;  ///< the freeze table, sources of weights, saves
};

struct TrainReport {
  int64_t rank = 0;           ///< of this process
  std::filesystem::path out;  ///< the run's folder
  int64_t of_steps = 0;       ///< that the settings ask for
  int64_t steps = 0;          ///< steps that are done, those of earlier runs included
  bool finished = false;      ///< false: stopped on request, with a checkpoint
  /// Mean over the target tokens since the last line of the log; none when no step was left to do.
  std::optional<double> loss;
  double best_validation = -1;
  int64_t skipped = 0;               ///< broken samples that were replaced
  std::filesystem::path checkpoint;  ///< of the last step
  std::filesystem::path model;       ///< the exported folder, empty when there is none
};

/// Whether a run may go on from checkpoints that lie in its folder.
enum class Resume { kNo, kIfThere };

/// `train` of trainer.h for the settings of a file, as the process that the environment says.
/// `device` is "cpu" or "cuda": each process of a run takes the GPU of its place on the machine.
/// Throws InputError for other names, ResourceError when there is no usable GPU, else as `train`.
TrainReport train_run(const Settings& settings, std::string_view device, Resume resume,
                      const TrainHooks& hooks = {});

/// What a run would train, and the memory and time that it takes.
struct RunPlan {
  std::string freeze_table;
  std::string text;
  Json json;
};
RunPlan plan_run(const Settings& settings, std::string_view device);

/// The settings that say what data a run reads.
struct DataSettings {
  data::DataConfig data;
  std::filesystem::path tag_cache;
  std::filesystem::path model;
  bool skip_broken = false;
};
/// Throws as `TrainConfig::load`.
DataSettings load_data_settings(const Settings& settings);

/// Writes an untrained lion-mini with the words and tags of the texts that it is made for; returns
/// the sizes of its vocabularies. Throws as `write_new_model`.
struct NewModelSizes {
  int64_t t5 = 0;
  int64_t bert = 0;
};
NewModelSizes write_new_lion_mini(const std::filesystem::path& folder, const WordVocabulary& words,
                                  const std::vector<std::string>& tags, const FirstWeights& first,
                                  uint64_t seed);

}  // namespace lion::train
