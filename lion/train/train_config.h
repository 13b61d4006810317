#pragma once
/// All settings of a run, and their JSON form: docs/training.md explains each key.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lion/base/json.h"
#include "lion/data/augment.h"
#include "lion/data/collate.h"
#include "lion/data/data_config.h"
#include "lion/data/micro_batches.h"
#include "lion/data/mixture.h"
#include "lion/train/initial_weights.h"
#include "lion/train/optimizer.h"

namespace lion::train {

/// What a run says of its progress and keeps of its states.
struct LogConfig {
  int64_t every = 10;         ///< steps between lines of the log
  int64_t save_every = 1000;  ///< steps between checkpoints
  int64_t keep = 3;           ///< how many of the last checkpoints stay
};

/// Held-out records whose loss is looked at before the first step and now and then; the best state
/// is kept.
struct ValidationConfig {
  data::DataConfig data;
  int64_t every = 1000;   ///< steps
  int64_t samples = 256;  ///< records of each dataset, evenly spread
};

/// What is learned: the words that answer, by LION; the tags of images, by its tagger; or the
/// visual tokens that another LION, the teacher, makes of the images' symbolic scenes.
enum class Objective { kAnswers, kTags, kCodes };

/// What a config is read for: to train, or for its data alone, which needs no model and no "out".
enum class ConfigUse { kTraining, kData };

struct TrainConfig {
  std::string name;  ///< for people: of the log, the plots
  Objective objective = Objective::kAnswers;
  InitialWeights weights;
  std::filesystem::path teacher;   ///< a model folder, for `kCodes`
  Json model_changes;              ///< merged over the folder's config.json (RFC 7386)
  std::vector<std::string> train;  ///< patterns of what is trained, or presets (presets.h)
  data::DataConfig data;
  data::MixtureRule mixture = data::MixtureRule::kSqrtSize;
  data::AugmentOptions augment;
  data::TagUse tags = data::TagUse::kNone;
  double tag_share = 1;             ///< of the samples that have the tag sentence
  std::filesystem::path tag_cache;  ///< tags of all images, by `lion data tags`
  bool skip_broken = false;         ///< goes on with another record where an image is broken
  int64_t stage = 1;                ///< keys the random numbers: stages draw independently
  int64_t batch = 64;               ///< samples a step, of all processes together
  int64_t draw = 8;                 ///< samples that are drawn from one dataset at a time
  int64_t per_image = 1;            ///< samples about one image, which is encoded once
  int64_t micro_batch = 8;          ///< samples in one pass through the networks
  data::Grouping grouping = data::Grouping::kByLength;
  int64_t steps = 30000;
  OptimizerConfig optimizer;
  at::ScalarType precision = at::kBFloat16;  ///< of matrix products; masters are float32
  bool precision_by_device = false;          ///< "auto": see `choose_precision`
  double dropout = 0.1;
  double t5_dropout = 0.1;
  double words_only = 0;  ///< this and the next: `ForwardOptions`
  double token_noise = 0;
  bool activation_checkpointing = false;  ///< less memory, slower steps
  int64_t loader_threads = 1;
  int64_t threads = 0;      ///< of the networks on a CPU; 0: one per core
  int64_t timeout_s = 600;  ///< of collective calls
  std::filesystem::path out;
  LogConfig log;
  std::optional<ValidationConfig> validation;
  bool export_model = true;  ///< writes a whole model folder at the end
  Json json;                 ///< the merged settings, as they were read

  uint64_t seed() const { return weights.seed; }

  /// Where the precision is "auto": bf16 on a GPU and on processors that multiply it, fp32 on
  /// others, where bf16 takes several times as long.
  void choose_precision(at::Device device);

  /// Settings from JSON. Throws one InputError with all that is wrong: unknown keys, data of
  /// "format": "scenes" without their reader (scenes::read_scene_data), and others.
  static TrainConfig from_json(const Json& json, std::string_view where,
                               const data::GeneratedDataReader& read_scenes = {},
                               ConfigUse use = ConfigUse::kTraining);

  /// Reads a file. "extends" names another one (beside it) that it changes; `changes` are "a.b=c",
  /// c in JSON or a plain text, and come last. Throws ResourceError or InputError.
  static TrainConfig load(const std::filesystem::path& file,
                          const std::vector<std::string>& changes = {},
                          const data::GeneratedDataReader& read_scenes = {},
                          ConfigUse use = ConfigUse::kTraining);
};

}  // namespace lion::train
