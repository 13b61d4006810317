#include "lion/train/train_config.h"
#include "lion/scenes/scene_dataset.h"

#include <gmock/gmock.h>

#include "lion/base/file.h"
#include "lion/nn/kernels/isa.h"
#include "tests/engine/oracle_model.h"

namespace lion::train {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TempFolder;

fs::path configs() { return fs::path(LION_SOURCE_DIR) / "configs/train"; }

// The numbers of the paper's appendix A.
TEST(TrainConfig, TheStagesHaveThePapersNumbers) {
  for (const std::string model : {"lion-4b", "lion-12b"}) {
    const TrainConfig one = TrainConfig::load(configs() / (model + "-stage1.json"));
    EXPECT_EQ(one.batch, 64);
    EXPECT_EQ(one.steps, 30000);
    EXPECT_EQ(one.optimizer.schedule.peak, 1e-5);
    EXPECT_EQ(one.optimizer.schedule.floor, 0);
    EXPECT_EQ(one.data.datasets.size(), 7u);
    const TrainConfig two = TrainConfig::load(configs() / (model + "-stage2.json"));
    EXPECT_EQ(two.batch, 256);
    EXPECT_EQ(two.steps, 60000);
    EXPECT_EQ(two.optimizer.schedule.peak, 5e-4);
    EXPECT_EQ(two.optimizer.schedule.floor, 1e-6);
    EXPECT_EQ(two.optimizer.aggregator_schedule.peak, 1e-5);
    EXPECT_EQ(two.optimizer.aggregator_schedule.decay, Decay::kConstant);
    const TrainConfig three = TrainConfig::load(configs() / (model + "-stage3.json"));
    EXPECT_EQ(three.batch, 64);
    EXPECT_EQ(three.steps, 60000);
    EXPECT_EQ(three.optimizer.schedule.peak, 1e-5);
    EXPECT_EQ(three.tags, data::TagUse::kSoft);
    for (const TrainConfig& config : {one, two, three}) {
      EXPECT_EQ(config.optimizer.schedule.warmup, 1000);
      EXPECT_EQ(config.optimizer.schedule.start, 1e-8);
      EXPECT_EQ(config.optimizer.beta1, 0.9);
      EXPECT_EQ(config.optimizer.beta2, 0.999);
      EXPECT_EQ(config.optimizer.weight_decay, 0.05);
      EXPECT_EQ(config.optimizer.clip, 0);
      EXPECT_EQ(config.dropout, 0.1);
      EXPECT_EQ(config.t5_dropout, 0.1);
      EXPECT_THAT(config.weights.model.string(), HasSubstr(model));
      EXPECT_THAT(config.out.string(), HasSubstr(model));
      for (const InitFile& init : config.weights.files) {
        if (init.file.string().starts_with("runs/")) {
          EXPECT_THAT(init.file.string(), HasSubstr(model));
        }
      }
    }
  }
}

TEST(TrainConfig, EveryShippedConfigIsRead) {
  int count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(configs().parent_path())) {
    // What others extend is not a config of a run.
    if (entry.path().extension() != ".json" || entry.path().stem() == "common") continue;
    EXPECT_NO_THROW(TrainConfig::load(entry.path(), {}, scenes::read_scene_data)) << entry.path();
    ++count;
  }
  EXPECT_GE(count, 30);
}

TEST(TrainConfig, ChangesComeLast) {
  const TrainConfig config = TrainConfig::load(
      configs() / "lion-4b-stage2.json",
      {"optimizer.lr=2e-4", "out=elsewhere", "data.datasets.0.weight=0.5", "validation.data.root=x",
       R"(validation.data.datasets=[{"format":"coco_captions"}])"});
  EXPECT_EQ(config.optimizer.schedule.peak, 2e-4);
  EXPECT_EQ(config.optimizer.aggregator_schedule.peak, 1e-5);
  EXPECT_EQ(config.out, "elsewhere");
  EXPECT_EQ(config.data.datasets[0].weight, 0.5);
  ASSERT_TRUE(config.validation);
  EXPECT_EQ(config.validation->data.root, "x");
}

TEST(TrainConfig, AutomaticPrecisionIsWhatTheDeviceMultiplies) {
  TrainConfig config =
      TrainConfig::load(configs() / "lion-4b-stage1.json", {"precision=auto", "optimizer.muon=2"});
  config.choose_precision(at::kCUDA);
  EXPECT_EQ(config.precision, at::kBFloat16);
  config.choose_precision(at::kCPU);
  const bool has_bf16 = nn::kernels::best_isa() == nn::kernels::Isa::kAvx512Bf16;
  EXPECT_EQ(config.precision, has_bf16 ? at::kBFloat16 : at::kFloat);
  EXPECT_EQ(config.optimizer.muon_precision, config.precision);

  TrainConfig fixed = TrainConfig::load(configs() / "lion-4b-stage1.json", {"precision=bf16"});
  fixed.choose_precision(at::kCPU);
  EXPECT_EQ(fixed.precision, at::kBFloat16);
}

TEST(TrainConfig, MistakesAreNamed) {
  const auto with = [](const std::string& change) {
    return message_of<InputError>(
        [&] { TrainConfig::load(configs() / "lion-4b-stage1.json", {change}); });
  };
  EXPECT_THAT(with("optimiser.lr=1"), HasSubstr("\"optimiser\""));
  EXPECT_THAT(with("optimizer.rate=1"), HasSubstr("\"rate\""));
  EXPECT_THAT(with("batch=60"), HasSubstr("draw"));
  EXPECT_THAT(with("precision=fp16"), HasSubstr("bf16, fp32, auto"));
  EXPECT_THAT(with("tags=yes"), HasSubstr("none, soft, hard"));
  EXPECT_THAT(with("init.7.file=x"), HasSubstr("Count from 0"));
  EXPECT_THAT(with("nonsense"), HasSubstr("KEY=VALUE"));
  EXPECT_THAT(with("dropout=1.5"), HasSubstr("dropout"));
  EXPECT_THAT(with("steps=\"many\""), HasSubstr("steps"));
  EXPECT_THAT(with("data.datasets=[]"), HasSubstr("datasets"));
  EXPECT_THAT(with("words_only=1.5"), HasSubstr("words_only"));
  EXPECT_THAT(with("token_noise=-1"), HasSubstr("token_noise"));
  EXPECT_THAT(with("optimizer.muon=-1"), HasSubstr("muon"));
  EXPECT_THAT(with("objective=codes"), HasSubstr("teacher"));
  EXPECT_THAT(with("teacher=folder"), HasSubstr("only there"));
}

TEST(TrainConfig, ExtendsMustNotGoRoundInACircle) {
  const TempFolder folder;
  write_file(folder / "a.json", R"({"extends": "b.json"})");
  write_file(folder / "b.json", R"({"extends": "a.json"})");
  EXPECT_THAT(message_of<InputError>([&] { TrainConfig::load(folder / "a.json"); }),
              HasSubstr("circle"));
  write_file(folder / "c.json", R"({"extends": "missing.json"})");
  EXPECT_THROW(TrainConfig::load(folder / "c.json"), ResourceError);
}

}  // namespace
}  // namespace lion::train
