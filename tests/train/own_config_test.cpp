#include "lion/train/own_config.h"
#include "lion/scenes/scene_dataset.h"

#include <gmock/gmock.h>

#include "lion/base/file.h"
#include "lion/image/encode.h"
#include "lion/train/presets.h"
#include "lion/train/train_config.h"
#include "tests/engine/oracle_model.h"

namespace lion::train {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TempFolder;

TEST(OwnConfig, IsReadAsAConfigWithTheDataItWasMadeFor) {
  const TempFolder folder;
  write_file(folder / "a.jpg", encode_jpeg(Image::black(40, 30), 80));
  std::string lines;
  for (int i = 0; i < 100; ++i) {
    lines += str(R"({"image": "a.jpg", "caption": "number )", i, R"(", "split": ")",
                 i % 10 == 0 ? "val" : "train", "\"}\n");
  }
  lines += R"({"image": "a.jpg", "phrase": "all", "box": [0, 0, 30, 40], "split": "train"})";
  write_file(folder / "mine.jsonl", lines);
  OwnConfigOptions options;
  options.file = folder / "mine.jsonl";
  const OwnConfig made = own_config(options);
  EXPECT_EQ(made.records.at("captions"), 90);
  EXPECT_EQ(made.validation, 10);
  EXPECT_GE(made.problems.counted(ProblemKind::kBadBox), 1);

  const TrainConfig config = TrainConfig::from_json(parse_json(made.text, "mine"), "mine");
  EXPECT_THAT(config.train, ElementsAre("adapters"));
  EXPECT_EQ(config.data.datasets.at(0).format, data::Format::kOwn);
  EXPECT_EQ(config.data.datasets.at(0).split, "train");
  ASSERT_TRUE(config.validation);
  EXPECT_EQ(config.validation->data.datasets.at(0).split, "val");
  EXPECT_EQ(config.batch % config.micro_batch, 0);
  EXPECT_GE(config.steps, 100);

  options.train = "adaptors";
  EXPECT_THAT(message_of<InputError>([&] { own_config(options); }),
              AllOf(HasSubstr("adaptors"), HasSubstr("adapters")));
}

TEST(TrainConfig, SeveralErrorsAreReportedTogetherAndDataAloneNeedsNoModel) {
  const auto error = [](std::string_view text, ConfigUse use) {
    return message_of<InputError>([&] {
      TrainConfig::from_json(parse_json(text, "c.json"), "c.json", scenes::read_scene_data, use);
    });
  };
  const char* wrong = R"({"steps": "many", "batch": 7, "draw": 0, "tags": "red", "optimiser": {},
                          "data": {"datasets": [{"format": "scenes", "count": 0}]}})";
  for (const ConfigUse use : {ConfigUse::kTraining, ConfigUse::kData}) {
    EXPECT_THAT(error(wrong, use), AllOf(HasSubstr("errors:"), HasSubstr("\"steps\" is \"many\""),
                                         HasSubstr("red"), HasSubstr("\"optimiser\""),
                                         HasSubstr("\"count\" is 0"), HasSubstr("\"draw\"")));
  }
  const char* data = R"({"data": {"datasets": [{"format": "scenes"}]}})";
  EXPECT_THAT(error(data, ConfigUse::kTraining),
              AllOf(HasSubstr("3 errors"), HasSubstr("\"model\""), HasSubstr("\"out\""),
                    HasSubstr("\"train\"")));
  EXPECT_EQ(
      TrainConfig::from_json(parse_json(data, "c"), "c", scenes::read_scene_data, ConfigUse::kData)
          .data.datasets.size(),
      1u);
}

TEST(Presets, StandForThePartsThatAModelHas) {
  ParameterMap parameters;
  for (const char* name :
       {"Qformer.bert.x", "query_tokens", "ln_vision.weight", "t5_proj.weight"}) {
    parameters.emplace(name, at::Tensor());
  }
  EXPECT_THAT(expand_presets({"lion", "my.own."}, parameters),
              ElementsAre("Qformer.", "query_tokens", "ln_vision.", "t5_proj.", "my.own."));
  EXPECT_THAT(message_of<InputError>([&] { expand_presets({"aggregator"}, parameters); }),
              AllOf(HasSubstr("\"aggregator\""), HasSubstr("fusion_adapter.")));
}

}  // namespace
}  // namespace lion::train
