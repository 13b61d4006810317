// The oracle's training runs: five AdamW steps of each stage, in float32, without dropout.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <memory>

#include "lion/data/collate.h"
#include "lion/image/normalize.h"
#include "lion/train/freeze_map.h"
#include "lion/train/gradients.h"
#include "lion/train/optimizer.h"
#include "lion/train/train_step.h"
#include "oracle.h"

namespace lion::train {
namespace {

using testing::Oracle;

constexpr double kTolerance = 1e-4;  // relative

Oracle& oracle() {
  static Oracle the_oracle(at::kCPU);
  return the_oracle;
}

void expect_relative(double actual, double expected, const std::string& what) {
  EXPECT_NEAR(actual, expected, kTolerance * std::max(std::abs(expected), 1e-6)) << what;
}

/// The batch of a golden file's entry, tokenised and padded as in training.
data::Batch make_batch(const Json& entry, const testing::OracleModel& model, bool tags) {
  data::TextOptions options;
  options.tags = tags ? data::TagUse::kSoft : data::TagUse::kNone;
  options.max_question = options.max_prompt = model.config.max_txt_len;
  options.max_target = model.config.max_output_txt_len;
  const data::TextEncoder encoder(std::make_shared<T5Tokenizer>(model.t5),
                                  std::make_shared<BertTokenizer>(model.bert),
                                  PromptTemplates::builtin(), options);
  data::Batch batch;
  batch.image_size = model.config.vit.image_size;
  std::vector<data::SampleTokens> tokens;
  const auto images = testing::strings(entry["images"]);
  const auto all_tags = testing::strings(entry["tags"]);
  for (size_t i = 0; i < images.size(); ++i) {
    const std::vector<float> pixels = preprocess(oracle().image(images[i]), batch.image_size,
                                                 Filter::kBicubic, kClipNormalization);
    batch.pixels.insert(batch.pixels.end(), pixels.begin(), pixels.end());
    const data::Example example{entry["questions"][i], entry["answers"][i], {}};
    tokens.push_back(encoder.encode(example, all_tags.empty() ? "" : all_tags[i]));
    batch.level.push_back(entry["task"] == "region_level" ? 0 : 1);
  }
  batch.size = static_cast<int64_t>(images.size());
  encoder.collate(tokens, batch);
  return batch;
}

Schedule schedule_of(const Json& json) {
  Schedule schedule;
  schedule.decay = Decay::kCosine;
  schedule.steps = json["total"];
  schedule.warmup = json["warmup"];
  schedule.peak = json["peak"];
  schedule.floor = json["floor"];
  return schedule;
}

/// What a stage trains: everything but the vision encoder, the tagger and the language model.
const std::vector<std::string>& trained_patterns(const std::string& model) {
  static const std::map<std::string, std::vector<std::string>> kPatterns = {
      {"qformer",
       {"Qformer.", "query_tokens", "t5_proj.", "ln_vision.",
        "t5_model.*.block.*.layer.*.adapter."}},
      {"aggregator",
       {"fusion_adapter.", "ln_adapter.", "adapter_proj.", "t5_model.*.block.*.layer.*.adapter."}},
      {"all",
       {"Qformer.", "query_tokens", "t5_proj.", "ln_vision.", "fusion_adapter.", "ln_adapter.",
        "adapter_proj.", "soft_prompt_hint", "t5_model.*.block.*.layer.*.adapter."}}};
  return kPatterns.at(model);
}

class TrainParity : public ::testing::TestWithParam<int> {};

TEST_P(TrainParity, LossesGradientsAndWeightsAreTheReferences) {
  const int stage = GetParam();
  const std::string model_name = stage == 1 ? "qformer" : stage == 2 ? "aggregator" : "all";
  const Json golden =
      read_json_file(testing::oracle_dir() / "goldens" / str("train_stage", stage, ".json"));
  const bool tags = golden["enable_semantic_tags"];
  const testing::OracleModel& model = oracle().model(model_name);
  const models::LionT5& lion = model.networks.lion;

  ParameterMap all;
  add_parameters(all, "", *lion);
  const auto names = select(all, trained_patterns(model_name), "test");
  ParameterMap trained;
  NamedParameters ordered;
  for (auto& item : lion->named_parameters()) {
    if (!std::binary_search(names.begin(), names.end(), item.key())) continue;
    item.value().set_data(item.value().clone());
    item.value().set_requires_grad(true);
    trained.emplace(item.key(), item.value());
    ordered.emplace_back(item.key(), item.value());
  }

  OptimizerConfig config;
  config.beta1 = golden["betas"][0];
  config.beta2 = golden["betas"][1];
  config.eps = golden["eps"];
  config.schedule = schedule_of(golden["schedule"]);
  config.aggregator_schedule = golden["aggregator_schedule"].is_null()
                                   ? config.schedule
                                   : schedule_of(golden["aggregator_schedule"]);
  Optimizer optimizer(trained, config);
  ProcessGroup alone(DistributedContext{}, at::kCPU, std::chrono::seconds(1));
  Gradients gradients(ordered, alone);

  ForwardOptions options;
  options.dropout = options.t5_dropout = 0;
  options.hint_id = tags ? model.t5.sentinel(0) : -1;
  std::vector<data::Batch> batches;
  for (const Json& entry : golden["batches"]) batches.push_back(make_batch(entry, model, tags));

  const int64_t steps = std::ssize(golden["lr"]);
  for (int64_t step = 0; step <= steps; ++step) {
    const data::Batch& batch = batches[static_cast<size_t>(step) % batches.size()];
    gradients.zero();
    gradients.sum_as_they_come();
    const BatchLoss loss = forward(*lion, batch, options);
    const at::Tensor mean = loss.sum / loss.tokens;
    expect_relative(mean.item<double>(), golden["losses"][step].get<double>(),
                    str("loss before step ", step));
    if (step == steps) break;
    expect_relative(config.schedule.rate(step), golden["lr"][step].get<double>(), "rate");
    expect_relative(config.aggregator_schedule.rate(step),
                    golden["lr_aggregator"][step].get<double>(), "aggregator's rate");
    mean.backward();
    gradients.finish();
    if (step == 0) {
      const auto noise = testing::strings(golden["noise"]);
      EXPECT_EQ(golden["grad_norms"].size(), trained.size());
      for (const auto& [name, norm] : golden["grad_norms"].items()) {
        ASSERT_TRUE(trained.contains(name)) << name;
        const double ours = trained.at(name).grad().norm().item<double>();
        if (std::ranges::find(noise, name) != noise.end()) {
          EXPECT_LT(ours, 1e-4) << name;
        } else {
          expect_relative(ours, norm.get<double>(), "gradient of " + name);
        }
      }
    }
    optimizer.step(step);
  }
  const auto noise = testing::strings(golden["noise"]);
  for (const auto& [name, norm] : golden["final_norms"].items()) {
    if (std::ranges::find(noise, name) != noise.end()) continue;
    expect_relative(trained.at(name).norm().item<double>(), norm.get<double>(), "norm of " + name);
  }

  ASSERT_EQ(optimizer.groups().size(), golden["groups"].size());
  for (size_t i = 0; i < optimizer.groups().size(); ++i) {
    auto expected = testing::strings(golden["groups"][i]["names"]);
    std::ranges::sort(expected);
    EXPECT_EQ(optimizer.groups()[i].names, expected);
    EXPECT_EQ(optimizer.groups()[i].weight_decay, golden["groups"][i]["weight_decay"]);
    EXPECT_EQ(optimizer.groups()[i].aggregator, golden["groups"][i]["aggregator"].get<bool>());
  }
}

INSTANTIATE_TEST_SUITE_P(Stages, TrainParity, ::testing::Values(1, 2, 3));

}  // namespace
}  // namespace lion::train
