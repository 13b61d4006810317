// A tagger from nothing: a new model folder, some steps, the folder that comes out.
#include "lion/engine/tagger.h"

#include <gmock/gmock.h>
#include <torch/torch.h>

#include "lion/base/file.h"
#include "lion/checkpoint/tensor_map.h"
#include "lion/scenes/painter.h"
#include "lion/scenes/scene_words.h"
#include "lion/text/bert_tokenizer.h"
#include "lion/text/t5_tokenizer.h"
#include "lion/train/new_model.h"
#include "lion/train/train_plan.h"
#include "lion/train/trainer.h"
#include "tiny_model.h"

namespace lion::train {
namespace {

using ::testing::HasSubstr;

class TaggerTraining : public ::testing::Test {
 protected:
  TaggerTraining() {
    scene_.kinds = 4;
    scene_.size = 32;
    scene_.max_objects = 1;
    const WordVocabulary words = scenes::scene_words(scene_, PromptTemplates::builtin(), 50);
    const std::vector<std::string> tags = scenes::Vocabulary(scene_.kinds).tag_list();
    models::LionConfig config =
        models::lion_mini({T5Tokenizer::from_json(words.tokenizer_json(), "t5").size(),
                           BertTokenizer(lines(words.bert_vocabulary()), true, "bert").size(),
                           static_cast<int64_t>(tags.size())});
    config.vit.image_size = 32;
    config.ram->swin.image_size = 32;
    config.ram->swin.embed_dim = 16;
    config.ram->swin.num_heads = {1, 2, 4};
    config.ram->proj_dim = config.ram->hidden_size = 32;
    write_new_model(base(), config, words, tags, testing::first_weights(), 3);
  }

  std::filesystem::path base() const { return folder_ / "base"; }

  TrainConfig settings(const std::string& out) const {
    const Json scenes = {{"format", "scenes"}, {"tasks", {"caption"}}, {"count", 1000},
                         {"kinds", 4},         {"size", 32},           {"max_objects", 1}};
    return TrainConfig::from_json(
        {{"objective", "tags"},
         {"model", base().string()},
         {"out", (folder_ / out.c_str()).string()},
         {"train", {"ram."}},
         {"data", {{"datasets", {scenes}}}},
         {"augment", {{"crop", false}, {"flip", 0}}},
         {"batch", 8},
         {"draw", 8},
         {"micro_batch", 8},
         {"steps", 30},
         {"optimizer", {{"lr", 3e-3}, {"warmup", 3}, {"decay", "cosine"}}},
         {"precision", "fp32"},
         {"threads", 1},
         {"log", {{"every", 5}}}},
        "test", scenes::read_scene_data);
  }

  TrainReport run(const TrainConfig& config) const {
    return train(config, DistributedContext{}, at::kCPU, Resume::kNo);
  }

  scenes::SceneConfig scene_;
  testing::TempFolder folder_;
};

TEST_F(TaggerTraining, LowersItsLossAndLeavesLionAlone) {
  const TrainReport report = run(settings("run"));
  ASSERT_TRUE(report.finished);
  const auto log = lines(read_file(folder_ / "run/log.jsonl"));
  EXPECT_LT(report.loss, 0.7 * parse_json(log.front(), "log")["loss"].get<double>());
  const TensorMap before = read_tensors(base());
  const TensorMap after = read_tensors(report.model);
  ASSERT_EQ(before.size(), after.size());
  bool trained = false;
  for (const auto& [name, view] : before) {
    const bool same = at::equal(borrow(view), borrow(after.at(name)));
    if (!name.starts_with("ram.")) {
      EXPECT_TRUE(same) << name;
    } else {
      trained |= !same;
    }
  }
  EXPECT_TRUE(trained);
  const Tagger tagger = Tagger::load(report.model);
  scene_.split = scenes::Split::kVal;
  const scenes::Painter painter(scene_);
  EXPECT_NO_THROW(tagger.tags(painter.paint(painter.plan(0))));
}

TEST_F(TaggerTraining, TagsOfAnotherListAreRefused) {
  write_file(base() / "ram_tag_list.txt",
             replace_all(read_file(base() / "ram_tag_list.txt"), "meadow", "prairie"));
  try {
    run(settings("other"));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("tag \"meadow\": is none of the model's"));
  }
}

TEST_F(TaggerTraining, HasNoPlan) {
  const TrainConfig config = settings("plan");
  EXPECT_THROW(plan_training(config, plan_model(config), 1, at::kCPU), InputError);
}

}  // namespace
}  // namespace lion::train
