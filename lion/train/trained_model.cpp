#include "lion/train/trained_model.h"

#include <torch/torch.h>

#include <algorithm>

#include "lion/base/error.h"
#include "lion/nn/parameter.h"
#include "lion/nn/precision.h"
#include "lion/text/tag_list.h"
#include "lion/train/freeze_map.h"
#include "lion/train/presets.h"

namespace lion::train {
namespace {

models::LionConfig changed_config(const TrainConfig& config) {
  const ModelFolder folder{config.weights.model};
  Json json = models::to_json(folder.read_config());
  json.merge_patch(config.model_changes);
  return models::lion_config_from_json(json,
                                       str(folder.config().string(), " with the run's \"config\""));
}

/// All of it frozen.
models::LionT5 load_teacher(const TrainConfig& config, at::Device device) {
  const models::LionConfig shape = ModelFolder{config.teacher}.read_config();
  models::LionT5 teacher(shape);
  if (!teacher->fusion_adapter) {
    throw InputError(str("teacher: ", config.teacher.string(),
                         " has no vision aggregator, whose tokens are what is learned."));
  }
  nn::set_compute_type(*teacher, config.precision);
  ParameterMap parameters;
  add_parameters(parameters, "", *teacher);
  load_initial_weights(parameters, {.model = config.teacher}, device);
  return teacher;
}

}  // namespace

ParameterMap TrainedModel::trained() const {
  ParameterMap out;
  for (const std::string& name : trained_names) out.emplace(name, parameters.at(name));
  return out;
}

NamedParameters TrainedModel::trained_in_order() const {
  NamedParameters out;
  for (const auto& item : network().named_parameters()) {
    const std::string name = str(prefix(), item.key());
    if (std::ranges::binary_search(trained_names, name)) out.emplace_back(name, item.value());
  }
  return out;
}

torch::nn::Module& TrainedModel::network() const {
  if (ram) return *ram.ptr();
  return *lion.ptr();
}

int64_t TrainedModel::image_size() const {
  return ram ? config.ram->swin.image_size : config.vit.image_size;
}

TrainedModel plan_model(const TrainConfig& config) {
  TrainedModel model;
  model.config = changed_config(config);
  const bool soft = config.tags == data::TagUse::kSoft;
  if (soft && !model.config.enable_semantic_tags) {
    throw InputError(
        "tags: \"soft\" needs the soft prompt, which this model has not. Set "
        "config.enable_semantic_tags to true, or tags to \"hard\" or \"none\".");
  }
  if (config.objective == Objective::kTags) {
    if (!model.config.ram) {
      throw InputError(str("objective: \"tags\" needs a tagger, which ",
                           config.weights.model.string(), " has not. Name a folder with one."));
    }
    model.ram = models::Ram(*model.config.ram);
  } else {
    model.lion = models::LionT5(model.config);
  }
  nn::set_compute_type(model.network(), config.precision);
  add_parameters(model.parameters, std::string(model.prefix()), model.network());
  model.trained_names =
      select(model.parameters, expand_presets(config.train, model.parameters), "train");
  for (const std::string& name : model.trained_names) {
    at::Tensor parameter = model.parameters.at(name);
    parameter.set_data(nn::placeholder(parameter.sizes()));
  }
  return model;
}

std::vector<std::string> load_model(const TrainConfig& config, TrainedModel& model,
                                    at::Device device) {
  const ModelFolder folder{config.weights.model};
  model.t5 = std::make_shared<T5Tokenizer>(T5Tokenizer::load(folder.t5_tokenizer()));
  if (model.config.has_qformer()) {
    model.bert = std::make_shared<BertTokenizer>(BertTokenizer::load(folder.bert_tokenizer()));
  }
  if (model.ram) {
    const int64_t tags = model.config.ram->num_tags;
    model.tags = TagList::load_for(tags, folder.tags(), folder.thresholds()).names;
  }
  if (config.objective == Objective::kCodes) model.teacher = load_teacher(config, device);
  LoadedWeights loaded = load_initial_weights(model.parameters, config.weights, device);
  model.of_folder = std::move(loaded.of_folder);
  for (const std::string& name : model.trained_names) {
    at::Tensor parameter = model.parameters.at(name);
    parameter.set_data(parameter.clone());  // the file it may lie in is read-only
    parameter.set_requires_grad(true);
  }
  return std::move(loaded.report);
}

int64_t hint_id(const TrainConfig& config, const TrainedModel& model) {
  return config.tags == data::TagUse::kSoft ? model.t5->sentinel(0) : -1;
}

}  // namespace lion::train
