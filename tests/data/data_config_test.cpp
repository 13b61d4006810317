#include "lion/data/data_config.h"

#include "data_fixtures.h"
#include "lion/data/data_check.h"
#include "lion/scenes/scene_dataset.h"

namespace lion::data {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

DataConfig parse(std::string_view datasets, std::string_view more = "") {
  const std::string json = str(R"({"root": "r", )", more, R"("datasets": )", datasets, "}");
  return DataConfig::from_json(parse_json(json, "c.json"), "c.json", scenes::read_scene_data);
}

std::string error(std::string_view datasets, std::string_view more = "") {
  return message_of<InputError>([&] { parse(datasets, more); });
}

TEST(DataConfigJson, DefaultsAreThoseOfThePaper) {
  const DataConfig config =
      parse(R"([{"format": "vqav2"}, {"format": "ocrvqa"}, {"format": "visual_genome"}])");
  EXPECT_EQ(config.text, TextRule::kRaw);
  EXPECT_EQ(config.answer, AnswerRule::kDistinct);
  EXPECT_THAT(config.datasets[0].tasks, ElementsAre(Task::kVqa, Task::kVqg));
  EXPECT_THAT(config.datasets[1].tasks, ElementsAre(Task::kVqa));
  EXPECT_THAT(config.datasets[2].tasks, ElementsAre(Task::kRec, Task::kReg));
  EXPECT_EQ(config.datasets[0].split, "train");
  EXPECT_EQ(config.datasets[0].weight, 1.0);
}

TEST(DataConfigJson, EveryKeyIsRead) {
  const DataConfig config = parse(
      R"([{"format": "visual_genome", "tasks": ["reg"], "name": "n", "split": "s", "weight": 0.5,
           "annotations": ["a", "b"], "images": "i", "image_data": "d", "exclude_images": ["x"],
           "exclude_coco": ["y", "z"], "max_regions": 5, "seed": 6},
          {"format": "llava", "history": "concat"}, {"format": "okvqa", "questions": "q"},
          {"format": "grounding", "instances": "j"}])",
      R"("templates": "t.json", "text": "lavis", "answer": "weighted", )");
  EXPECT_EQ(config.templates, "t.json");
  EXPECT_EQ(config.text, TextRule::kLavis);
  EXPECT_EQ(config.answer, AnswerRule::kWeighted);
  const DatasetConfig& vg = config.datasets[0];
  EXPECT_THAT(vg.tasks, ElementsAre(Task::kReg));
  EXPECT_EQ(vg.name + vg.split + vg.images + vg.image_data, "nsid");
  EXPECT_THAT(vg.annotations, ElementsAre("a", "b"));
  EXPECT_THAT(vg.exclude_images, ElementsAre("x"));
  EXPECT_THAT(vg.exclude_coco, ElementsAre("y", "z"));
  EXPECT_EQ(vg.max_regions, 5);
  EXPECT_EQ(vg.seed, 6);
  EXPECT_EQ(vg.weight, 0.5);
  EXPECT_TRUE(config.datasets[1].history);
  EXPECT_EQ(config.datasets[2].questions, "q");
  EXPECT_EQ(config.datasets[3].instances, "j");
}

TEST(DataConfigJson, MistakesAreNamed) {
  EXPECT_THAT(message_of<InputError>([] {
                DataConfig::from_json(parse_json(R"({"datasets": [{"format": "llava"}]})", "c"),
                                      "c");
              }),
              HasSubstr("\"root\" is missing"));
  EXPECT_THAT(error("[]"), HasSubstr("\"datasets\""));
  EXPECT_THAT(error("{}"), HasSubstr("\"datasets\""));
  EXPECT_THAT(error("[{}]"), AllOf(HasSubstr("c.json: datasets[0]"), HasSubstr("\"format\"")));
  EXPECT_THAT(error(R"([{"format": "vqa"}])"), HasSubstr("vqav2, okvqa, aokvqa"));
  EXPECT_THAT(error(R"([{"format": "textcaps", "tasks": ["vqa"]}])"),
              HasSubstr("expected caption"));
  EXPECT_THAT(error(R"([{"format": "vqav2", "tasks": ["vqa", "vqa"]}])"), HasSubstr("twice"));
  EXPECT_THAT(error(R"([{"format": "textcaps", "questions": "q"}])"), HasSubstr("questions"));
  EXPECT_THAT(error(R"([{"format": "scenes", "images": "i"}])"), HasSubstr("images"));
  EXPECT_THAT(error(R"([{"format": "textcaps", "weight": 0}])"), HasSubstr("\"weight\""));
  EXPECT_THAT(error(R"([{"format": "scenes", "count": 0}])"), HasSubstr("\"count\""));
  EXPECT_THAT(error(R"([{"format": "scenes", "split": "tset"}])"), HasSubstr("held_out"));
  EXPECT_THAT(error(R"([{"format": "scenes", "ask": ["size", "shape"]}])"),
              AllOf(HasSubstr("\"shape\""), HasSubstr("relation")));
  EXPECT_THAT(error(R"([{"format": "llava", "history": "all"}])"), HasSubstr("none or concat"));
  EXPECT_THAT(error(R"([{"format": "visual_genome", "max_regions": -1}])"),
              HasSubstr("max_regions"));
  EXPECT_THAT(error(R"([{"format": "textcaps"}])", R"("tekst": "raw", )"), HasSubstr("tekst"));
  EXPECT_THAT(error(R"([{"format": "textcaps"}])", R"("text": "row", )"),
              HasSubstr("raw or lavis"));
}

class OpenDatasetsTest : public DataTest {};

TEST_F(OpenDatasetsTest, TwoOfOneNameAreAnError) {
  make_folder("train_images");
  write("TextCaps_0.1_train.json", R"({"data": [{"image_id": "a", "caption_str": "A."}]})");
  EXPECT_THAT(
      message_of<InputError>([&] { open(R"([{"format": "textcaps"}, {"format": "textcaps"}])"); }),
      AllOf(HasSubstr("textcaps"), HasSubstr("\"name\"")));
  const OpenDatasets sets =
      open(R"([{"format": "textcaps"}, {"format": "textcaps", "name": "again"}])");
  EXPECT_EQ(sets.datasets[1]->name(), "again");
}

TEST_F(OpenDatasetsTest, ScenesNeedNoFiles) {
  const Json json = parse_json(R"({"datasets": [{"format": "scenes", "tasks": ["rec", "vqa"],
      "count": 5, "size": 64, "kinds": 8, "seed": 3, "box_step": 0.02}]})",
                               "c.json");
  const DataConfig config = DataConfig::from_json(json, "c.json", scenes::read_scene_data);
  OpenDatasets sets;
  try {
    sets = open_datasets(config, PromptTemplates::builtin());
  } catch (const ResourceError& error) {
    GTEST_SKIP() << error.what();  // no fonts on this machine
  }
  ASSERT_EQ(sets.datasets.size(), 2);
  EXPECT_EQ(sets.datasets[0]->name(), "rec_scenes");
  EXPECT_EQ(sets.datasets[1]->name(), "vqa_scenes");
  EXPECT_EQ(sets.datasets[0]->size(), 5);
  EXPECT_EQ(sets.datasets[0]->image(0).width, 64);
  const CheckResult result = check_datasets(sets, {.decode = true});
  EXPECT_EQ(result.findings(), 0) << result.to_json().dump(1);
}

TEST_F(OpenDatasetsTest, TemplatesOfAFile) {
  make_folder("train_images");
  write("TextCaps_0.1_train.json", R"({"data": [{"image_id": "a", "caption_str": "A."}]})");
  write("t.json", R"({"captioning": {"templates": ["Tell me:"]}})");
  const std::string json =
      str(R"({"root": ")", root_.string(),
          R"(", "templates": "t.json", "datasets": [{"format": "textcaps"}]})");
  const DataConfig config = DataConfig::load(write("c.json", json));
  const OpenDatasets sets = open_datasets(config, load_templates(config));
  EXPECT_EQ(example_of(*sets.datasets[0], 0).instruction, "Tell me:");
}

TEST_F(OpenDatasetsTest, MissingRoot) {
  std::filesystem::remove_all(root_);
  EXPECT_THAT(message_of<ResourceError>([&] { open(R"([{"format": "textcaps"}])"); }),
              HasSubstr("\"root\""));
}

}  // namespace
}  // namespace lion::data
