/// The tagger of the tiny model, on images with objects that it knows.

#include <gmock/gmock.h>

#include <filesystem>

#include "lion/base/str.h"
#include "program.h"

namespace lion::cli_test {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

TEST(EvalObjects, ATaggerIsMeasuredByItsProbabilities) {
  const TempFolder folder;
  const std::string data = folder.path("data");
  fs::create_directories(data + "/val2014");
  std::vector<std::string> images;
  for (int i = 1; i <= 3; ++i) {
    const std::string name = str("COCO_val2014_00000000000", i, ".jpg");
    fs::copy_file(oracle_image(i == 2 ? "photo.jpg" : "rgb.png"), data + "/val2014/" + name);
    images.push_back(str(R"({"id": )", i, R"(, "file_name": ")", name, R"("})"));
  }
  write(data + "/instances_val2014.json",
        str(R"({"images": [)", join(images, ", "), R"(], "annotations": [)",
            R"({"image_id": 1, "category_id": 3}, {"image_id": 2, "category_id": 1}],)",
            R"("categories": [{"id": 1, "name": "kite"}, {"id": 3, "name": "basket"}]})"));
  const std::vector<std::string> words = {"eval",    "coco_tags",
                                          "--data",  data,
                                          "--out",   folder.path("out"),
                                          "--model", model_folder().string(),
                                          "--dtype", "fp32"};
  std::vector<std::string> with_json = words;
  with_json.push_back("--json");
  const Outcome run = lion(with_json);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json json = parse_json(run.out, "stdout");
  EXPECT_EQ(json["figure"], "mAP");
  EXPECT_EQ(json["n"], 3);
  EXPECT_EQ(json["unanswered"]["count"], 0);
  EXPECT_EQ(json["categories"].size(), 2u);
  EXPECT_EQ(json["decoding"]["mode"], "tag");
  EXPECT_TRUE(json["submission"].is_null());
  // Images 1 and 3 are one, which the tagger says has a basket.
  const std::vector<std::string> samples = lines(read(folder.path("out/coco_tags/samples.jsonl")));
  ASSERT_EQ(samples.size(), 3u);
  const Json first = parse_json(samples[0], "sample"), third = parse_json(samples[2], "sample");
  EXPECT_EQ(first["truth"].dump(), R"(["basket"])");
  EXPECT_THAT(first["answer"].get<std::string>(), HasSubstr("basket"));
  EXPECT_EQ(first["answer"], third["answer"]);
  EXPECT_GT(first["value"], third["value"]);
  const Outcome people = lion(words);
  EXPECT_THAT(people.out, AllOf(HasSubstr("COCO, tags: mAP"), HasSubstr("over 3 samples"),
                                HasSubstr("basket")));
}

}  // namespace
}  // namespace lion::cli_test
