#pragma once
/// The networks of a run, set up for training: what is trained in float32 with gradients, the rest
/// frozen in the run's precision.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "lion/model_folder/model_folder.h"
#include "lion/models/lion_t5.h"
#include "lion/models/ram.h"
#include "lion/text/bert_tokenizer.h"
#include "lion/text/t5_tokenizer.h"
#include "lion/train/gradients.h"
#include "lion/train/train_config.h"

namespace lion::train {

struct TrainedModel {
  models::LionConfig config;  ///< the folder's, with the run's changes; its tagger included
  models::LionT5 lion{nullptr};
  models::Ram ram{nullptr};                ///< only where the tagger is what is trained
  models::LionT5 teacher{nullptr};         ///< only where its visual tokens are what is learned
  ParameterMap parameters;                 ///< all of LION's, or all of the tagger's
  std::vector<std::string> trained_names;  ///< sorted
  std::set<std::string> of_folder;         ///< parameters that began as the model folder has them
  std::shared_ptr<const T5Tokenizer> t5;
  std::shared_ptr<const BertTokenizer> bert;  ///< null without a Q-Former
  std::vector<std::string> tags;              ///< of the tagger, where it is trained

  /// What is trained: LION, or its tagger.
  torch::nn::Module& network() const;
  /// Before the names of the network's parameters in a model folder.
  std::string_view prefix() const { return ram ? kTaggerPrefix : ""; }
  /// Pixels a side of its images.
  int64_t image_size() const;

  /// The trained parameters by name, and in the order of the forward pass.
  ParameterMap trained() const;
  NamedParameters trained_in_order() const;
};

/// Shapes, types and names only: no weights are read and nothing large is allocated. Throws
/// InputError for settings that do not fit the folder.
TrainedModel plan_model(const TrainConfig& config);

/// Reads tokenizers and weights; returns a line for people about each source of weights.
std::vector<std::string> load_model(const TrainConfig& config, TrainedModel& model,
                                    at::Device device);

/// The id that the soft prompt replaces in this run, -1 where there is none.
int64_t hint_id(const TrainConfig& config, const TrainedModel& model);

}  // namespace lion::train
