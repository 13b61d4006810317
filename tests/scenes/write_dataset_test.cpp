#include "lion/scenes/write_dataset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <set>

#include "lion/base/error.h"
#include "lion/base/file.h"
#include "lion/base/json.h"
#include "lion/base/str.h"
#include "lion/image/decode.h"

namespace lion::scenes {
namespace {

namespace fs = std::filesystem;

/// All that this process writes; removed at its end.
const fs::path& folder() {
  struct Folder {
    fs::path path = fs::temp_directory_path() / str("lion-scenes-", ::getpid());
    ~Folder() {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
  };
  static const Folder the_folder;
  return the_folder.path;
}

WriteOptions options_for(const std::string& name) {
  WriteOptions options;
  fs::create_directories(folder());
  options.out = folder() / name;
  fs::remove_all(options.out);
  options.count = 12;
  options.scene.size = 64;
  options.scene.kinds = 40;
  return options;
}

/// One folder for all tests that only read.
const fs::path& root() {
  static const fs::path path = [] {
    const WriteOptions options = options_for("scenes_root");
    write_dataset(options);
    return options.out;
  }();
  return path;
}

Json read(const std::string& name) { return read_json_file(root() / name); }

Json read_lines(const std::string& name) {
  Json list = Json::array();
  for (const std::string& line : lines(read_file(root() / name))) {
    list.push_back(parse_json(line, name));
  }
  return list;
}

/// Of an image of 64 pixels a side.
void expect_inside(double x, double y, double width, double height) {
  EXPECT_GE(x, 0);
  EXPECT_GE(y, 0);
  EXPECT_GT(width, 0);
  EXPECT_GT(height, 0);
  EXPECT_LE(x + width, 64);
  EXPECT_LE(y + height, 64);
}

/// `box` is x, y, width, height.
void expect_inside(const Json& box) {
  ASSERT_EQ(box.size(), 4u);
  expect_inside(box[0].get<double>(), box[1].get<double>(), box[2].get<double>(),
                box[3].get<double>());
}

void expect_image(const std::string& name) {
  ASSERT_TRUE(fs::exists(root() / name)) << name;
  EXPECT_EQ(load_image(root() / name).width, 64) << name;
}

TEST(WriteDataset, CocoHasCaptionsBoxesAndImages) {
  const Json captions = read("coco/annotations/captions_train2014.json");
  ASSERT_EQ(captions["images"].size(), 12u);
  EXPECT_EQ(captions["annotations"].size(), 60u);
  for (const Json& image : captions["images"]) {
    expect_image(str("coco/train2014/", image["file_name"].get<std::string>()));
  }
  expect_image("coco/train2017/000000000001.jpg");
  const Json instances = read("coco/annotations/instances_val2014.json");
  EXPECT_EQ(instances["images"].size(), 24u);  // val, test, held out
  ASSERT_FALSE(instances["annotations"].empty());
  for (const Json& one : instances["annotations"]) {
    expect_inside(one["bbox"]);
    EXPECT_GE(one["category_id"].get<int64_t>(), 1);
    EXPECT_LE(one["category_id"].get<size_t>(), instances["categories"].size());
  }
  for (const Json& one : read("coco/coco_karpathy_test.json")) {
    expect_image(str("coco/", one["image"].get<std::string>()));
    EXPECT_EQ(one["caption"].size(), 5u);
  }
  std::set<std::string> splits;
  const Json karpathy = read("coco/dataset_coco.json");
  for (const Json& one : karpathy["images"]) splits.insert(one["split"].get<std::string>());
  EXPECT_EQ(splits, (std::set<std::string>{"train", "val", "test"}));
}

TEST(WriteDataset, QuestionsAndAnnotationsBelongTogether) {
  for (const auto& [questions, annotations] :
       {std::pair{"vqav2/v2_OpenEnded_mscoco_train2014_questions.json",
                  "vqav2/v2_mscoco_train2014_annotations.json"},
        std::pair{"okvqa/OpenEnded_mscoco_train2014_questions.json",
                  "okvqa/mscoco_train2014_annotations.json"}}) {
    const Json asked = read(questions)["questions"], answered = read(annotations)["annotations"];
    ASSERT_EQ(asked.size(), answered.size());
    ASSERT_FALSE(asked.empty());
    std::set<int64_t> ids;
    for (size_t i = 0; i < asked.size(); ++i) {
      EXPECT_EQ(asked[i]["question_id"], answered[i]["question_id"]);
      EXPECT_EQ(asked[i]["image_id"], answered[i]["image_id"]);
      EXPECT_EQ(answered[i]["answers"].size(), 10u);
      EXPECT_TRUE(ids.insert(asked[i]["question_id"].get<int64_t>()).second);
    }
  }
  const Json okvqa = read("okvqa/mscoco_train2014_annotations.json")["annotations"];
  const Json& answers = okvqa[0]["answers"];
  EXPECT_EQ(answers[0]["raw_answer"], answers[1]["raw_answer"]);  // each annotator counts twice
}

TEST(WriteDataset, AokvqaChoicesHoldTheAnswer) {
  const Json records = read("aokvqa/aokvqa_v1p0_train.json");
  ASSERT_FALSE(records.empty());
  for (const Json& one : records) {
    ASSERT_EQ(one["choices"].size(), 4u);
    EXPECT_EQ(one["direct_answers"].size(), 10u);
    EXPECT_EQ(one["choices"][one["correct_choice_idx"].get<size_t>()], one["direct_answers"][0]);
    EXPECT_EQ(one["rationales"].size(), 3u);
  }
}

TEST(WriteDataset, CoversAndSignsHaveTheirImages) {
  const Json covers = read("ocrvqa/dataset.json");
  std::set<int64_t> splits;
  for (const auto& [id, one] : covers.items()) {
    expect_image(str("ocrvqa/images/", id, ".jpg"));
    EXPECT_EQ(one["questions"].size(), one["answers"].size());
    splits.insert(one["split"].get<int64_t>());
  }
  EXPECT_EQ(splits, (std::set<int64_t>{1, 2, 3}));
  for (const char* set : {"train", "val"}) {
    const Json data = read(str("textcaps/TextCaps_0.1_", set, ".json"))["data"];
    ASSERT_FALSE(data.empty());
    expect_image(str("textcaps/train_images/", data[0]["image_id"].get<std::string>(), ".jpg"));
    EXPECT_EQ(data[0]["reference_strs"].size(), 5u);
  }
}

TEST(WriteDataset, RegionsLieInTheirImages) {
  const Json images = read("vg/image_data.json"), regions = read("vg/region_descriptions.json");
  ASSERT_EQ(images.size(), regions.size());
  int count = 0;
  for (size_t i = 0; i < images.size(); ++i) {
    const std::string url = images[i]["url"].get<std::string>();
    const std::vector<std::string> parts = split(url, '/');
    expect_image(str("vg/", parts[parts.size() - 2], "/", parts.back()));
    EXPECT_EQ(regions[i]["id"], images[i]["image_id"]);
    for (const Json& region : regions[i]["regions"]) {
      expect_inside(region["x"].get<double>(), region["y"].get<double>(),
                    region["width"].get<double>(), region["height"].get<double>());
      EXPECT_FALSE(region["phrase"].get<std::string>().empty());
      ++count;
    }
  }
  EXPECT_GT(count, 0);
}

TEST(WriteDataset, ReferringSetsHaveOneBoxPerExpression) {
  for (const char* name : {"refcoco_train", "refcoco_val", "refcoco_testA", "refcoco_testB",
                           "refcoco+_train", "refcoco+_val", "refcoco+_testA", "refcoco+_testB",
                           "refcocog_train", "refcocog_val", "refcocog_test"}) {
    const Json set = read(str("refcoco/finetune_", name, ".json"));
    ASSERT_FALSE(set["images"].empty()) << name;
    ASSERT_EQ(set["images"].size(), set["annotations"].size());
    for (size_t i = 0; i < set["images"].size(); ++i) {
      EXPECT_EQ(set["images"][i]["id"], set["annotations"][i]["image_id"]);
      EXPECT_FALSE(set["images"][i]["caption"].get<std::string>().empty());
      expect_inside(set["annotations"][i]["bbox"]);
    }
    expect_image(str("coco/train2014/", set["images"][0]["file_name"].get<std::string>()));
  }
  const Json plus = read("refcoco/finetune_refcoco+_train.json");
  for (const Json& one : plus["images"]) {
    EXPECT_EQ(one["caption"].get<std::string>().find(" left"), std::string::npos);
  }
}

TEST(WriteDataset, DialoguesBeginWithTheImage) {
  const Json llava = read("llava/llava_instruct_150k.json");
  ASSERT_EQ(llava.size(), 12u);
  for (const Json& one : llava) {
    expect_image(str("coco/train2017/", one["image"].get<std::string>()));
    const Json& turns = one["conversations"];
    EXPECT_EQ(turns.size() % 2, 0u);
    EXPECT_NE(turns[0]["value"].get<std::string>().find("<image>"), std::string::npos);
    EXPECT_EQ(turns[1]["from"], "gpt");
  }
}

TEST(WriteDataset, VisdialRanksAHundredDifferentAnswers) {
  const Json data = read("visdial/visdial_1.0_val.json")["data"];
  ASSERT_EQ(data["dialogs"].size(), 8u);
  for (const Json& dialogue : data["dialogs"]) {
    expect_image(str("visdial/VisualDialog_val2018/VisualDialog_val2018_00000000000",
                     dialogue["image_id"].get<int64_t>(), ".jpg"));
    ASSERT_EQ(dialogue["dialog"].size(), 10u);
    for (const Json& round : dialogue["dialog"]) {
      const auto options = round["answer_options"].get<std::vector<int64_t>>();
      EXPECT_EQ(std::set<int64_t>(options.begin(), options.end()).size(), 100u);
      EXPECT_EQ(options[round["gt_index"].get<size_t>()], round["answer"].get<int64_t>());
      EXPECT_LT(round["question"].get<size_t>(), data["questions"].size());
    }
  }
}

TEST(WriteDataset, EvaluationSetsHaveTheirFields) {
  const Json gqa = read("gqa/testdev_balanced_questions.json");
  ASSERT_FALSE(gqa.empty());
  for (const auto& [id, one] : gqa.items()) {
    expect_image(str("gqa/images/", one["imageId"].get<std::string>(), ".jpg"));
    EXPECT_FALSE(one["answer"].get<std::string>().empty()) << id;
  }
  const Json icon = read("iconqa/test/choose_txt/1/data.json");
  EXPECT_LT(icon["answer"].get<size_t>(), icon["choices"].size());
  expect_image("iconqa/test/choose_txt/1/image.png");
  for (const char* name : {"vsr/random_dev.jsonl", "vsr/zeroshot_dev.jsonl"}) {
    const Json statements = read_lines(name);
    ASSERT_FALSE(statements.empty()) << name;
    for (const Json& one : statements) {
      expect_image(str("vsr/images/", one["image"].get<std::string>()));
      EXPECT_TRUE(one["label"] == 0 || one["label"] == 1);
    }
  }
  const Json flickr = read("flickr30k/dataset_flickr30k.json");
  ASSERT_FALSE(flickr["images"].empty());
  for (const Json& one : flickr["images"]) {
    expect_image(str("flickr30k/flickr30k-images/", one["filename"].get<std::string>()));
  }
}

TEST(WriteDataset, PopeAsksForAsManyAbsentAsPresentObjects) {
  for (const char* name : {"random", "popular", "adversarial"}) {
    const Json list = read_lines(str("pope/coco_pope_", name, ".json"));
    ASSERT_FALSE(list.empty());
    int64_t yes = 0;
    for (const Json& one : list) {
      yes += one["label"] == "yes";
      expect_image(str("coco/val2014/", one["image"].get<std::string>()));
    }
    EXPECT_EQ(yes * 2, static_cast<int64_t>(list.size()));
  }
}

TEST(WriteDataset, MmbenchRowsHaveTheirColumns) {
  const std::vector<std::string> rows =
      lines(read_file(root() / "mmbench/mmbench_dev_20230712.tsv"));
  ASSERT_EQ(rows.size(), 9u);
  const std::vector<std::string> head = split(rows[0], '\t');
  EXPECT_EQ(head.size(), 14u);
  for (size_t i = 1; i < rows.size(); ++i) {
    const std::vector<std::string> fields = split(rows[i], '\t');
    ASSERT_EQ(fields.size(), head.size());
    const std::string answer = fields[7];
    ASSERT_EQ(answer.size(), 1u);
    EXPECT_FALSE(fields[3 + static_cast<size_t>(answer[0] - 'A')].empty());
    EXPECT_TRUE(fields[9].starts_with("/9j/"));  // a JPEG file in base64
    EXPECT_EQ(fields[9].size() % 4, 0u);
  }
}

TEST(WriteDataset, ManifestSaysWhatIsInside) {
  const Json manifest = read("scenes.json");
  EXPECT_EQ(manifest["seed"], 1);
  EXPECT_EQ(manifest["training_images"], 12);
  EXPECT_FALSE(manifest["held_out"].empty());
  EXPECT_TRUE(manifest["licences"].contains("images of objects"));
}

std::string all_bytes(const fs::path& folder) {
  std::set<fs::path> paths;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) paths.insert(entry.path());
  }
  std::string bytes;
  for (const fs::path& path : paths) {
    bytes += str(fs::relative(path, folder).string(), "\n", read_file(path));
  }
  return bytes;
}

TEST(WriteDataset, SameOptionsGiveTheSameBytes) {
  const WriteOptions options = options_for("scenes_again");
  write_dataset(options);
  EXPECT_TRUE(all_bytes(options.out) == all_bytes(root()));
}

TEST(WriteDataset, EvaluationCanBeHeldOutScenes) {
  WriteOptions options = options_for("scenes_held_out");
  options.count = 2;
  options.evaluation = Split::kHeldOut;
  write_dataset(options);
  const Json manifest = read_json_file(options.out / "scenes.json");
  const int64_t first = manifest["coco_ids"]["held_out"][0].get<int64_t>();
  const Json questions =
      read_json_file(options.out / "vqav2/v2_OpenEnded_mscoco_val2014_questions.json")["questions"];
  EXPECT_GE(questions[0]["image_id"].get<int64_t>(), first);
}

TEST(WriteDataset, RefusesBadOptionsAndLeavesNothing) {
  WriteOptions options = options_for("scenes_bad");
  options.count = 0;
  try {
    write_dataset(options);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("count"));
  }
  EXPECT_FALSE(fs::exists(options.out));
  options = options_for("scenes_bad");
  options.evaluation = Split::kTrain;
  EXPECT_THROW(write_dataset(options), InputError);
  options.out = root();  // is not empty
  options.evaluation = Split::kTest;
  EXPECT_THROW(write_dataset(options), InputError);
}

TEST(WriteDataset, AnInterruptionLeavesNothing) {
  struct Stop {};
  const WriteOptions options = options_for("scenes_interrupted");
  EXPECT_THROW(write_dataset(options, [](const Progress&) { throw Stop(); }), Stop);
  EXPECT_FALSE(fs::exists(options.out));
  for (const auto& entry : fs::directory_iterator(options.out.parent_path())) {
    EXPECT_EQ(entry.path().filename().string().find("scenes_interrupted"), std::string::npos);
  }
}

}  // namespace
}  // namespace lion::scenes
