#include "lion/train/run.h"

#include <torch/torch.h>

#include "lion/base/error.h"
#include "lion/models/lion_config.h"
#include "lion/nn/device.h"
#include "lion/nn/torch_errors.h"
#include "lion/text/bert_tokenizer.h"
#include "lion/text/t5_tokenizer.h"
#include "lion/train/freeze_map.h"
#include "lion/train/new_model.h"
#include "lion/train/train_plan.h"
#include "lion/train/trainer.h"

namespace lion::train {
namespace {

at::Device device_of(std::string_view name, const DistributedContext& context) {
  const at::Device device = nn::usable_device(name);
  if (!device.is_cuda()) return device;
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(context.local_rank));
}

}  // namespace

TrainReport train_run(const Settings& settings, std::string_view device_name, Resume resume,
                      const TrainHooks& hooks) {
  TrainConfig config = TrainConfig::load(settings.file, settings.changes, settings.read_scenes);
  const DistributedContext context = distributed_context();
  const at::Device device = device_of(device_name, context);
  config.choose_precision(device);
  TrainReport report = train(config, context, device, resume, hooks);
  report.rank = context.rank;
  report.out = config.out;
  report.of_steps = config.steps;
  return report;
}

RunPlan plan_run(const Settings& settings, std::string_view device_name) {
  return nn::with_our_errors(settings.file.string(), nn::Fault::kInput, [&] {
    TrainConfig config = TrainConfig::load(settings.file, settings.changes, settings.read_scenes);
    const DistributedContext context = distributed_context();
    const at::Device device = device_of(device_name, context);
    config.choose_precision(device);
    const TrainedModel model = plan_model(config);
    const TrainPlan plan = plan_training(config, model, context.world, device);
    return RunPlan{freeze_table(model.parameters, model.trained_names), plan.text(),
                   plan.to_json()};
  });
}

DataSettings load_data_settings(const Settings& settings) {
  TrainConfig config =
      TrainConfig::load(settings.file, settings.changes, settings.read_scenes, ConfigUse::kData);
  return {std::move(config.data), std::move(config.tag_cache), std::move(config.weights.model),
          config.skip_broken};
}

NewModelSizes write_new_lion_mini(const std::filesystem::path& folder, const WordVocabulary& words,
                                  const std::vector<std::string>& tags, const FirstWeights& first,
                                  uint64_t seed) {
  models::VocabularySizes sizes;
  sizes.t5 = T5Tokenizer::from_json(words.tokenizer_json(), "lion new").size();
  sizes.bert = BertTokenizer(lines(words.bert_vocabulary()), true, "lion new").size();
  sizes.tags = static_cast<int64_t>(tags.size());
  write_new_model(folder, models::lion_mini(sizes), words, tags, first, seed);
  return {sizes.t5, sizes.bert};
}

}  // namespace lion::train
