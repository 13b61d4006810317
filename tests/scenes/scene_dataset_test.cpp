#include "lion/scenes/scene_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "lion/base/error.h"
#include "lion/base/str.h"
#include "lion/scenes/expressions.h"
#include "tests/message_of.h"

namespace lion::scenes {
namespace {

using data::Dataset;
using data::Example;
using data::is_region;
using testing::AllOf;
using testing::Contains;
using testing::ContainsRegex;
using testing::HasSubstr;

const std::shared_ptr<const Painter>& painter() {
  static const auto shared =
      std::make_shared<const Painter>(SceneConfig{.size = 64, .kinds = 40, .seed = 7});
  return shared;
}

std::unique_ptr<Dataset> dataset(Task task, double box_step = 0.0) {
  return make_scene_dataset(painter(), {.count = 50, .box_step = box_step}, task,
                            PromptTemplates::builtin());
}

/// Texts of the expressions of the object of scene `i` that has the box; none when none has it.
std::set<std::string> expressions_of(int64_t i, const Box& box) {
  const Scene scene = painter()->plan(static_cast<uint64_t>(i));
  const Facts facts(scene, painter()->vocabulary());
  std::set<std::string> texts;
  for (size_t t = 0; t < facts.size(); ++t) {
    if (facts.object(t).box() != to_pixels(box, scene.size, scene.size)) continue;
    for (const Expression& one : expressions(facts, t)) texts.insert(one.text);
  }
  return texts;
}

/// Whether `text` is a template of the task with this value.
bool is_prompt(const std::string& text, Task task, const std::string& key,
               const std::string& value) {
  const PromptTemplates templates = PromptTemplates::builtin();
  for (const std::string& one : templates.all(task)) {
    if (fill(one, {{key, value}}) == text) return true;
  }
  return false;
}

TEST(SceneDataset, GivesEveryTrainingTask) {
  for (const Task task :
       {Task::kCaption, Task::kVqa, Task::kVqg, Task::kDialogue, Task::kRec, Task::kReg}) {
    const auto data = dataset(task);
    EXPECT_EQ(data->task(), task);
    EXPECT_EQ(data->size(), 50);
    EXPECT_THAT(data->name(), HasSubstr("_scenes"));
    for (int64_t i = 0; i < data->size(); ++i) {
      Random random(static_cast<uint64_t>(i));
      const Example example = data->example(i, random);
      EXPECT_FALSE(example.instruction.empty());
      EXPECT_FALSE(example.answer.empty());
      EXPECT_EQ(example.instruction.find('{'), std::string::npos) << example.instruction;
      EXPECT_EQ(example.boxes.size(), is_region(task) ? 1u : 0u);
    }
  }
}

TEST(SceneDataset, SameRandomNumbersGiveTheSameExample) {
  const auto data = dataset(Task::kVqa);
  std::set<std::string> instructions;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random one(seed), two(seed);
    const Example first = data->example(3, one);
    EXPECT_EQ(first.instruction, data->example(3, two).instruction);
    instructions.insert(first.instruction);
  }
  EXPECT_GT(instructions.size(), 5u);
}

TEST(SceneDataset, AsksOnlyTheTypesThatItIsGiven) {
  const auto data = make_scene_dataset(painter(), {.count = 50, .ask = {QuestionType::kSize}},
                                       Task::kVqa, PromptTemplates::builtin());
  std::set<std::string> images, instructions;
  for (int64_t i = 0; i < data->size(); ++i) {
    Random random(static_cast<uint64_t>(i));
    const Example example = data->example(i, random);
    EXPECT_THAT(example.instruction, ContainsRegex("Which is (larger|bigger|smaller), "));
    instructions.insert(example.instruction);
    images.insert(data->image_name(i));
  }
  EXPECT_EQ(images.size(), 50u);
  EXPECT_GT(instructions.size(), 40u);
}

TEST(SceneDataset, RecAnswersWithTheBoxOfAnObjectInTheImage) {
  const auto data = dataset(Task::kRec);
  for (int64_t i = 0; i < data->size(); ++i) {
    Random random(static_cast<uint64_t>(i) + 5);
    const Example example = data->example(i, random);
    ASSERT_EQ(example.answer, str("Answer: ", format_box(example.boxes[0])));
    const std::set<std::string> own = expressions_of(i, example.boxes[0]);
    const auto asks_for = [&](const std::string& expression) {
      return is_prompt(example.instruction, Task::kRec, "expr", expression);
    };
    EXPECT_TRUE(std::any_of(own.begin(), own.end(), asks_for)) << i << example.instruction;
  }
}

TEST(SceneDataset, RegAsksAboutTheBoxThatItDescribes) {
  const auto data = dataset(Task::kReg);
  for (int64_t i = 0; i < data->size(); ++i) {
    Random random(static_cast<uint64_t>(i) + 1);
    const Example example = data->example(i, random);
    EXPECT_THAT(example.instruction, HasSubstr(format_box(example.boxes[0])));
    EXPECT_THAT(expressions_of(i, example.boxes[0]), Contains(example.answer)) << i;
  }
}

TEST(SceneDataset, BoxesAreRoundedToTheStep) {
  const auto data = dataset(Task::kRec, 0.02);
  for (int64_t i = 0; i < data->size(); ++i) {
    Random random(static_cast<uint64_t>(i));
    const Box box = data->example(i, random).boxes[0];
    for (const double corner : {box.x0, box.y0, box.x1, box.y1}) {
      EXPECT_NEAR(corner / 0.02, std::round(corner / 0.02), 1e-9);
    }
    EXPECT_LT(box.x0, box.x1);
  }
}

TEST(SceneDataset, VqgIsVqaTheOtherWayRound) {
  const auto vqg = dataset(Task::kVqg), vqa = dataset(Task::kVqa);
  for (int64_t i = 0; i < vqg->size(); ++i) {
    Random one(static_cast<uint64_t>(i)), two(static_cast<uint64_t>(i));
    const Example to_ask = vqg->example(i, one), to_answer = vqa->example(i, two);
    EXPECT_TRUE(to_ask.answer.ends_with("?"));
    EXPECT_TRUE(is_prompt(to_answer.instruction, Task::kVqa, "question", to_ask.answer))
        << to_answer.instruction << " " << to_ask.answer;
    EXPECT_TRUE(is_prompt(to_ask.instruction, Task::kVqg, "answer", to_answer.answer))
        << to_ask.instruction << " " << to_answer.answer;
  }
}

TEST(SceneDataset, ImageAndTagsAreThoseOfTheScene) {
  const auto data = dataset(Task::kCaption);
  const Scene scene = painter()->plan(9);
  EXPECT_EQ(data->image(9), painter()->paint(scene));
  EXPECT_EQ(data->tags(9), join(painter()->vocabulary().tags(scene), ", "));
  EXPECT_NE(data->image_name(9), data->image_name(10));
  EXPECT_EQ(data->image_name(9), dataset(Task::kVqa)->image_name(9));
  EXPECT_THAT(data->describe(9), HasSubstr("9"));
}

// A cache of tags knows an image by its name.
TEST(SceneDataset, OtherImagesHaveOtherNames) {
  const SceneConfig usual{.size = 64, .kinds = 40, .seed = 7};
  std::vector<SceneDatasetConfig> configs(10, {.scene = usual, .count = 5});
  configs[1].scene.sign_share = 1.0;
  configs[2].scene.scale = 0.75;
  configs[3].scene.max_objects = 3;
  configs[4].scene.min_objects = 2;
  configs[5].scene.shape_share = 0.5;
  configs[6].scene.link_share = 0.5;
  configs[7].scene.copy_share = 0.5;
  configs[8].scene.split = Split::kVal;
  configs[9].symbolic = true;
  std::set<std::string> names;
  for (const SceneDatasetConfig& config : configs) {
    names.insert(
        make_scene_dataset(config, Task::kCaption, PromptTemplates::builtin())->image_name(0));
  }
  EXPECT_EQ(names.size(), configs.size());
  const auto questions = make_scene_dataset(configs[0], Task::kVqa, PromptTemplates::builtin());
  EXPECT_TRUE(names.contains(questions->image_name(0))) << "one image, two tasks";
}

TEST(SceneDataset, PaintsFromItsOwnConfigToo) {
  SceneDatasetConfig config;
  config.scene = painter()->config();
  config.count = 3;
  config.name = "mine";
  const auto own = make_scene_dataset(config, Task::kCaption, PromptTemplates::builtin());
  EXPECT_EQ(own->name(), "mine");
  EXPECT_EQ(own->image(2), dataset(Task::kCaption)->image(2));
}

TEST(SceneDataset, RefusesWhatItCannotGive) {
  const PromptTemplates templates = PromptTemplates::builtin();
  EXPECT_THROW(make_scene_dataset(painter(), {}, Task::kVsr, templates), InputError);
  EXPECT_THROW(make_scene_dataset(painter(), {.count = 0}, Task::kVqa, templates), InputError);
  EXPECT_THROW(make_scene_dataset(painter(), {.box_step = 0.5}, Task::kRec, templates), InputError);
  Random random(1);
  try {
    dataset(Task::kVqa)->example(50, random);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("50"));
    EXPECT_THAT(error.what(), HasSubstr("49"));
  }
  EXPECT_THROW(dataset(Task::kVqa)->image(-1), InputError);
}

TEST(SceneDataset, KnowsItsTagsUnlessTheyAreTheTaggers) {
  EXPECT_TRUE(dataset(Task::kCaption)->tags(0));
  const auto tagged = make_scene_dataset(painter(), {.count = 50, .true_tags = false},
                                         Task::kCaption, PromptTemplates::builtin());
  EXPECT_FALSE(tagged->tags(0));
}

TEST(SceneDataset, ALayoutIsAskedAboutLikeItsImage) {
  const auto symbolic_scenes = make_scene_dataset(painter(), {.count = 50, .symbolic = true},
                                                  Task::kRec, PromptTemplates::builtin());
  const auto images = dataset(Task::kRec);
  for (int64_t i = 0; i < symbolic_scenes->size(); ++i) {
    Random one(static_cast<uint64_t>(i)), two(static_cast<uint64_t>(i));
    EXPECT_EQ(symbolic_scenes->example(i, one).answer, images->example(i, two).answer);
    EXPECT_NE(symbolic_scenes->image(i), images->image(i));
  }
}

TEST(SceneData, QuestionsThatNoSceneGivesAreRefusedWhenTheConfigIsRead) {
  const auto error = [](std::string_view entry) {
    const std::string json = str(R"({"datasets": [{"format": "scenes", )", entry, "}]}");
    return message_of<InputError>(
        [&] { data::DataConfig::from_json(parse_json(json, "c"), "c.json", read_scene_data); });
  };
  EXPECT_THAT(error(R"("tasks": ["vqa"], "ask": ["read"], "sign_share": 0)"),
              AllOf(HasSubstr("datasets[0]"), HasSubstr("\"ask\" has \"read\""),
                    HasSubstr("\"sign_share\" is 0")));
  for (const char* type : {"compare", "subject", "relation", "size", "neighbour"}) {
    EXPECT_THAT(
        error(str(R"("tasks": ["vqg"], "ask": ["count", ")", type, R"("], "max_objects": 1)")),
        AllOf(HasSubstr(str("\"ask\" has \"", type, "\"")), HasSubstr("\"max_objects\" 1")));
  }
  EXPECT_THAT(error(R"("tasks": ["dialogue"], "ask": ["read"], "sign_share": 0)"),
              HasSubstr("\"read\""));
  // Captions ask nothing.
  data::DataConfig::from_json(
      parse_json(R"({"datasets": [{"format": "scenes", "tasks": ["caption"], "ask": ["read"],
                     "sign_share": 0}]})",
                 "c"),
      "c.json", read_scene_data);
  // Nothing finds room.
  SceneDatasetConfig huge;
  huge.scene.size = 16;
  huge.scene.scale = 64;
  EXPECT_THAT(message_of<InputError>([&] {
                const auto set = make_scene_dataset(huge, Task::kVqa, PromptTemplates::builtin());
                Random random(1);
                set->example(0, random);
              }),
              HasSubstr("\"scale\""));
}

}  // namespace
}  // namespace lion::scenes
