// Real annotations and photographs, which are not ours to ship: LION_SHARED_DIR names their folder.

#include <cstdlib>

#include "data_fixtures.h"
#include "lion/data/data_check.h"

namespace lion::data {
namespace {

class RealFiles : public DataTest {
 protected:
  void SetUp() override {
    const char* variable = std::getenv("LION_SHARED_DIR");
    root_of_data_ = std::filesystem::path(variable ? variable : LION_SOURCE_DIR "/../shared") /
                    "data/coco_mini";
    if (!std::filesystem::exists(root_of_data_))
      GTEST_SKIP() << "no such folder: " << root_of_data_;
  }

  OpenDatasets open_real(std::string_view datasets) {
    const std::string json =
        str(R"({"root": ")", root_of_data_.string(), R"(", "datasets": )", datasets, "}");
    return open_datasets(DataConfig::from_json(parse_json(json, "test"), "test"),
                         PromptTemplates::builtin());
  }

  std::filesystem::path root_of_data_;
};

TEST_F(RealFiles, CaptionsInAllLayoutsAreTheSame) {
  const OpenDatasets sets = open_real(R"([
    {"format": "coco_captions", "annotations": ["captions.json"], "images": "images"},
    {"format": "coco_captions", "annotations": ["captions_lavis_train_style.json"],
     "images": "images", "name": "train"},
    {"format": "coco_captions", "annotations": ["captions_lavis_eval_style.json"],
     "images": "images", "name": "eval"}])");
  std::vector<std::set<std::string>> captions;
  for (const auto& dataset : sets.datasets) {
    EXPECT_GE(dataset->size(), 160);
    captions.emplace_back();
    for (int64_t i = 0; i < dataset->size(); ++i) {
      captions.back().insert(str(dataset->image_name(i), ": ", example_of(*dataset, i).answer));
    }
  }
  EXPECT_EQ(captions[0], captions[1]);
  EXPECT_EQ(captions[0], captions[2]);
}

TEST_F(RealFiles, EverythingPassesTheCheck) {
  const OpenDatasets sets = open_real(R"([
    {"format": "coco_captions", "annotations": ["captions.json"], "images": "images"},
    {"format": "grounding", "annotations": ["derived_rec.jsonl"], "images": "images"}])");
  const CheckResult result = check_datasets(sets, {.decode = true});
  EXPECT_EQ(result.findings(), 0) << result.to_json().dump(1);
  EXPECT_EQ(result.datasets[0].images, 32);
  EXPECT_EQ(result.datasets[1].records, 40);
}

}  // namespace
}  // namespace lion::data
