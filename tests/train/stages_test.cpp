// The three stages, end to end on painted scenes, at the oracle's size.

#include <gmock/gmock.h>
#include <torch/torch.h>

#include "lion/checkpoint/safetensors.h"
#include "lion/engine/lion.h"
#include "lion/engine/tasks.h"
#include "lion/image/image.h"
#include "lion/train/freeze_map.h"
#include "lion/train/initial_weights.h"
#include "lion/train/trained_model.h"
#include "lion/train/trainer.h"
#include "run_files.h"
#include "tiny_model.h"

namespace lion::train {
namespace {

using ::testing::HasSubstr;
using testing::log_of;
using testing::TempFolder;
using testing::tensors_in;

TrainReport run(const Json& json, Resume resume = Resume::kNo, const TrainHooks& hooks = {}) {
  return train(TrainConfig::from_json(json, "test", scenes::read_scene_data), DistributedContext{},
               at::kCPU, resume, hooks);
}

Json stage_settings(const TempFolder& folder, int stage) {
  Json json = testing::tiny_settings(folder / str("run", stage).c_str());
  testing::set_stage(json, stage);
  json["steps"] = 40;
  json["validation"] = {{"data", json["data"]}, {"every", 40}, {"samples", 16}};
  json["validation"]["data"]["datasets"][0]["seed"] = 99;
  if (stage == 3) {
    json["optimizer"]["lr"] = 1e-3;
    json["init"] = Json::array();
    json["init"].push_back({{"file", (folder / "run1/export/trained.safetensors").string()},
                            {"rename", {{".adapters.0.", ".adapters.1."}}}});
    json["init"].push_back({{"file", (folder / "run2/export/trained.safetensors").string()}});
  }
  return json;
}

/// The last Q-Former layer's feed-forward over the text, whose result nobody reads.
bool is_idle(const std::string& name, const models::LionConfig& config) {
  const std::string layer =
      str("Qformer.bert.encoder.layer.", config.qformer.num_hidden_layers - 1, ".");
  return name.starts_with(layer + "intermediate.") || name.starts_with(layer + "output.");
}

/// After a run: what may change did, everything else is bit-equal to the base folder.
void expect_only_trained_changed(const Json& json) {
  const TrainConfig config = TrainConfig::from_json(json, "test", scenes::read_scene_data);
  TrainedModel initial = plan_model(config);
  load_model(config, initial, at::kCPU);
  const auto before = tensors_in(testing::base_folder());
  const auto after = tensors_in(config.out / "model");
  const auto trained = tensors_in(config.out / "export/trained.safetensors");
  EXPECT_EQ(trained.size(), initial.trained_names.size());
  for (const auto& [name, tensor] : after) {
    if (trained.contains(name)) {
      const at::Tensor start = initial.parameters.at(name).detach();
      if (is_idle(name, initial.config)) continue;
      EXPECT_FALSE(at::equal(tensor.to(at::kFloat), start)) << name << " was not trained";
      continue;
    }
    ASSERT_TRUE(before.contains(name)) << name;
    EXPECT_EQ(tensor.scalar_type(), before.at(name).scalar_type()) << name;
    EXPECT_TRUE(at::equal(tensor, before.at(name))) << name << " is frozen";
  }
}

TEST(Stages, EachLowersItsLossAndTouchesOnlyWhatItTrains) {
  const TempFolder folder;
  for (const int stage : {1, 2, 3}) {
    const Json json = stage_settings(folder, stage);
    const TrainReport report = run(json);
    EXPECT_TRUE(report.finished);
    EXPECT_EQ(report.steps, 40);
    const auto lines = log_of(json["out"].get<std::string>());
    ASSERT_EQ(lines.size(), 42u);  // 40 steps, and the validation before and after them
    EXPECT_LT(lines.back()["validation/loss"].get<double>(),
              0.97 * lines.front()["validation/loss"].get<double>())
        << "stage " << stage;
    expect_only_trained_changed(json);
  }

  // Stage 3 began with the experts of the stages before: region first, image second.
  const TrainConfig config =
      TrainConfig::from_json(stage_settings(folder, 3), "test", scenes::read_scene_data);
  TrainedModel start = plan_model(config);
  load_model(config, start, at::kCPU);
  const std::string adapters = "t5_model.encoder.block.0.layer.1.adapter.adapters.";
  const std::string weight = ".up_proj.weight";
  const auto image = tensors_in(folder / "run1/export/trained.safetensors");
  const auto region = tensors_in(folder / "run2/export/trained.safetensors");
  EXPECT_TRUE(at::equal(start.parameters.at(adapters + "0" + weight).detach(),
                        region.at(adapters + "0" + weight)));
  EXPECT_TRUE(at::equal(start.parameters.at(adapters + "1" + weight).detach(),
                        image.at(adapters + "0" + weight)));

  // The folder that stage 3 leaves behind answers questions.
  const Lion lion = Lion::load(folder / "run3/model", {.dtype = ComputeType::kFp32});
  Question question = caption_question(PromptTemplates::builtin());
  question.generate.max_new_tokens = 5;
  EXPECT_FALSE(lion.answer(lion.encode_image(Image::black(40, 30)), question).best.ids.empty());
}

TEST(Stages, VisualTokensAreLearnedFromATeachersOfLayouts) {
  const TempFolder folder;
  Json json = testing::tiny_settings(folder / "teacher");
  testing::set_stage(json, 2);
  json["steps"] = 1;
  run(json);

  json["objective"] = "codes";
  json["teacher"] = (folder / "teacher/model").string();
  json["out"] = (folder / "codes").string();
  json["train"] = {"fusion_adapter.", "ln_adapter.", "adapter_proj."};
  json["seed"] = 7;  // other weights than the teacher's
  json["augment"] = {{"crop", false}, {"flip", 0}};
  json["data"] = testing::scene_data({"caption"});
  json["data"]["datasets"][0]["size"] = 64;  // whole cells of a symbolic scene
  json["validation"] = {{"data", json["data"]}, {"every", 40}, {"samples", 16}};
  json["steps"] = 40;
  EXPECT_TRUE(run(json).finished);
  const auto lines = log_of(folder / "codes");
  EXPECT_LT(lines.back()["validation/loss"].get<double>(),
            0.8 * lines.front()["validation/loss"].get<double>());
  const auto trained = tensors_in(folder / "codes/export/trained.safetensors");
  EXPECT_TRUE(std::ranges::none_of(
      trained, [](const auto& item) { return item.first.starts_with("t5_model."); }));

  json["data"] = testing::scene_data({"caption"});
  json["data"]["datasets"][0]["size"] = 70;
  json["out"] = (folder / "torn").string();
  EXPECT_THAT(message_of<InputError>([&] { run(json); }), HasSubstr("symbolic scene"));
}

class TrainerTest : public ::testing::Test {
 protected:
  TrainerTest() {
    json_ = testing::tiny_settings(folder_ / "run");
    testing::set_stage(json_, 1);
    json_["export_model"] = false;
  }
  TempFolder folder_;
  Json json_;
};

TEST_F(TrainerTest, StopsOnRequestAndGoesOnExactly) {
  json_["dropout"] = json_["t5_dropout"] = 0.1;
  json_["precision"] = "bf16";
  Json other = json_;
  other["out"] = (folder_ / "whole").string();
  run(other);
  for (int i = 0; i < 3; ++i) {
    int asked = 0;
    TrainHooks hooks;
    hooks.stop_requested = [&asked] { return ++asked == 3; };
    const TrainReport report = run(json_, Resume::kIfThere, hooks);
    EXPECT_FALSE(report.finished);
    EXPECT_EQ(report.steps, 3 * (i + 1));
    EXPECT_TRUE(std::filesystem::exists(report.checkpoint));
  }
  EXPECT_TRUE(run(json_, Resume::kIfThere).finished);
  EXPECT_EQ(log_of(folder_ / "run"), log_of(folder_ / "whole"));
  const auto a = tensors_in(folder_ / "run/export/trained.safetensors");
  for (const auto& [name, tensor] : tensors_in(folder_ / "whole/export/trained.safetensors")) {
    EXPECT_TRUE(at::equal(a.at(name), tensor)) << name;
  }
  EXPECT_TRUE(std::filesystem::exists(folder_ / "run/loss.svg"));
}

TEST_F(TrainerTest, TheFolderHasWhatWasLaidOverAndWhatBeganAnewThoughItWasNotTrained) {
  json_["steps"] = 1;
  run(json_);
  Json next = json_;
  next["out"] = (folder_ / "next").string();
  next["export_model"] = true;
  next["init"] = {{{"file", (folder_ / "run/export/trained.safetensors").string()}}};
  next["reinitialize"] = {"visual_encoder.cls_token"};
  next["train"] = {"t5_proj."};
  run(next);
  const auto laid_over = tensors_in(folder_ / "run/export/trained.safetensors");
  const auto after = tensors_in(folder_ / "next/model");
  EXPECT_TRUE(at::equal(after.at("query_tokens").to(at::kFloat), laid_over.at("query_tokens")));
  const at::Tensor& token = after.at("visual_encoder.cls_token");
  EXPECT_TRUE(at::equal(token.to(at::kFloat),
                        initial_value("visual_encoder.cls_token", token.sizes(), 42)));
}

TEST_F(TrainerTest, AnExportThatFailsLeavesTheEarlierModelFolder) {
  std::filesystem::copy(testing::base_folder(), folder_ / "base",
                        std::filesystem::copy_options::recursive);
  json_["model"] = (folder_ / "base").string();
  json_["steps"] = 1;
  json_["export_model"] = true;
  run(json_);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run/model.next"));
  write_file(folder_ / "run/model/note.txt", "mine");
  // A folder in the place of a file that is copied along.
  std::filesystem::remove(folder_ / "base/ram_tag_list.txt");
  std::filesystem::create_directory(folder_ / "base/ram_tag_list.txt");
  message_of<ResourceError>([&] { run(json_, Resume::kIfThere); });
  EXPECT_TRUE(std::filesystem::exists(folder_ / "run/model/note.txt"));
  EXPECT_FALSE(tensors_in(folder_ / "run/model").empty());

  std::filesystem::remove(folder_ / "base/ram_tag_list.txt");
  run(json_, Resume::kIfThere);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run/model/note.txt"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run/model.next"));
  EXPECT_FALSE(tensors_in(folder_ / "run/model").empty());
}

TEST_F(TrainerTest, ASecondRunIsNotLaidOverTheFirst) {
  json_["steps"] = 2;
  run(json_);
  EXPECT_THAT(message_of<InputError>([&] { run(json_); }), HasSubstr("--resume"));
  const TrainReport again = run(json_, Resume::kIfThere);
  EXPECT_EQ(again.steps, 2);
  EXPECT_EQ(again.loss, std::nullopt);  // nothing was left to do
}

TEST_F(TrainerTest, KeepsTheLastCheckpointsAndTheBest) {
  json_["log"]["save_every"] = 2;
  json_["validation"] = {{"data", testing::scene_data({"caption"})}, {"every", 4}, {"samples", 6}};
  json_["validation"]["data"]["datasets"][0]["seed"] = 99;
  const TrainReport report = run(json_);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "run/checkpoints")) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  EXPECT_EQ(names,
            (std::vector<std::string>{"step-00000010.safetensors", "step-00000012.safetensors"}));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "run/best.safetensors"));
  double lowest = 1e9;
  int64_t lowest_step = -1;
  int count = 0;
  for (const Json& line : log_of(folder_ / "run")) {
    if (!line.contains("validation/loss")) continue;
    if (const double loss = line["validation/loss"]; loss < lowest) {
      lowest = loss;
      lowest_step = line["step"];
    }
    ++count;
  }
  EXPECT_EQ(count, 4);  // before the first step, after 4, 8 and 12
  EXPECT_DOUBLE_EQ(report.best_validation, lowest);
  const Json best = parse_json(
      read_safetensors(folder_ / "run/best.safetensors").metadata.at("lion_train_state"), "best");
  EXPECT_DOUBLE_EQ(best["best_validation"].get<double>(), lowest);
  EXPECT_EQ(best["step"], lowest_step);
}

TEST_F(TrainerTest, ADamagedLastCheckpointCostsOnlyTheStepsSinceTheOneBefore) {
  Json other = json_;
  other["out"] = (folder_ / "whole").string();
  run(other);
  json_["log"]["save_every"] = 4;
  TrainHooks hooks;
  int asked = 0;
  hooks.stop_requested = [&asked] { return ++asked == 8; };
  run(json_, Resume::kNo, hooks);
  const auto last = folder_ / "run/checkpoints/step-00000008.safetensors";
  std::filesystem::resize_file(last, std::filesystem::file_size(last) / 2);
  int steps = 0;
  hooks.stop_requested = [&steps] { return ++steps < 0; };
  run(json_, Resume::kIfThere, hooks);
  EXPECT_EQ(steps, 8);  // 5 to 12
  EXPECT_EQ(log_of(folder_ / "run"), log_of(folder_ / "whole"));
}

// Not bit by bit: without a graph ATen takes another path here and there, and gradients of what
// several blocks read are added up in another order.
TEST_F(TrainerTest, ActivationCheckpointingGivesTheSameLossesAndGradients) {
  json_["dropout"] = json_["t5_dropout"] = 0.2;
  json_["steps"] = 4;
  run(json_);
  Json other = json_;
  other["out"] = (folder_ / "again").string();
  other["activation_checkpointing"] = true;
  run(other);
  const auto plain = log_of(folder_ / "run");
  const auto again = log_of(folder_ / "again");
  ASSERT_EQ(plain.size(), again.size());
  for (size_t i = 0; i < plain.size(); ++i) {
    for (const char* key : {"loss", "gradient_norm"}) {
      const double value = plain[i][key];
      EXPECT_NEAR(again[i][key].get<double>(), value, 1e-4 * value) << key << " of step " << i + 1;
    }
  }
}

TEST_F(TrainerTest, AnInfiniteLossNamesItsModuleAndLeavesTheLastCheckpoint) {
  json_["log"]["save_every"] = 1;
  json_["optimizer"] = {{"lr", 1e30}, {"warmup", 0}, {"decay", "constant"}};
  const std::string message = message_of<InputError>([&] { run(json_); });
  EXPECT_THAT(message, HasSubstr("step 2"));
  EXPECT_THAT(message, ::testing::AnyOf(HasSubstr("broke first in module"),
                                        HasSubstr("norm of the gradients")));
  EXPECT_THAT(message, HasSubstr("step-00000001.safetensors"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "run/checkpoints/step-00000001.safetensors"));
}

TEST_F(TrainerTest, ChangedSettingsAreTold) {
  json_["steps"] = 2;
  run(json_);
  std::vector<std::string> warnings;
  set_log_sink([&warnings](LogLevel level, std::string_view text) {
    if (level == LogLevel::kWarning) warnings.emplace_back(text);
  });
  json_["steps"] = 3;
  json_["optimizer"]["lr"] = 1e-3;
  run(json_, Resume::kIfThere);
  set_log_sink({});
  EXPECT_THAT(warnings, ::testing::Contains(HasSubstr("/optimizer/lr")));
}

TEST_F(TrainerTest, HardTagsNeedNoSoftPrompt) {
  json_["tags"] = "hard";
  json_["steps"] = 2;
  EXPECT_TRUE(run(json_).finished);
}

}  // namespace
}  // namespace lion::train
